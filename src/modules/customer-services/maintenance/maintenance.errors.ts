import { DomainError, quoted } from '../../../core/errors/index.js';

/** A name of which there is no exported file for the caller: 404 FileNotFound. */
export function fileNotFound(name: string): DomainError {
  return new DomainError('notFound', 'FileNotFound', `there is no exported file ${quoted(name)}`);
}

/** The files of an export could not be written: 500 ExportFailed; none of them is left. */
export function exportFailed(cause: unknown): DomainError {
  const code = (cause as { code?: unknown } | null)?.code;
  const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'there is no room for it' : 'writing failed';
  return new DomainError('rejected', 'ExportFailed', `the export was given up: ${why}`, { cause });
}

/** Somebody writes into a service for so long that it cannot be purged: 503 ServicesHeld. */
export function servicesHeld(purged: number, cause: unknown): DomainError {
  return new DomainError(
    'unavailable',
    'ServicesHeld',
    `services are being written to; ask again. Purged so far: ${String(purged)}`,
    { retryAfterSeconds: 5, cause },
  );
}

/** The node stops before the work is done: 503 NodeStopping. */
export function nodeStopping(): DomainError {
  return new DomainError(
    'unavailable',
    'NodeStopping',
    'this node stops; the work is not done to its end, ask again',
    { retryAfterSeconds: 2 },
  );
}
