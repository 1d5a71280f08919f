import { message, startHelper } from './processes.mjs';

/** Starts bare node:http + pg with the server's own statements. */
export async function startBaseline(url, statements, closing) {
  const child = await startHelper('baseline-server', { url, statements }, closing);
  const { port } = await message(child);
  return { port, pid: child.pid };
}
