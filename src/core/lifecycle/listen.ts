import type { INestApplication } from '@nestjs/common';
import type { Environment } from '../config/index.js';

type ListenAddress = Pick<Environment, 'host' | 'port'>;

/**
 * Begins to listen.
 * @returns the address, without a slash at its end
 * @throws Error in one line that names the variable to change; the application is closed then
 */
export async function listen(app: INestApplication, place: ListenAddress): Promise<string> {
  try {
    await app.listen(place.port, place.host);
  } catch (error) {
    await app.close();
    throw new Error(listenFailureReason(error as NodeJS.ErrnoException, place), { cause: error });
  }
  return (await app.getUrl()).replace(/\/$/, '');
}

function listenFailureReason(
  { code, message }: NodeJS.ErrnoException,
  { host, port }: ListenAddress,
): string {
  const where = `port ${String(port)} of ${host}`;
  switch (code) {
    case 'EADDRINUSE':
      return `Another program listens on ${where} already: stop it, or set PORT to another port.`;
    case 'EACCES':
      return `This account may not listen on ${where}: set PORT to one from 1024 on.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is no address of this machine: set HOST to one that it has.`;
    default:
      return `Cannot listen on ${where}, which PORT and HOST name: ${message}`;
  }
}
