import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../config/index.js';
import { redact } from './redact.js';

type LogMethod = (facts: object, message: string) => void;

/** The server's log: JSON lines, pretty on a terminal. Facts first, then one plain sentence. */
export abstract class Log {
  abstract readonly debug: LogMethod;
  abstract readonly info: LogMethod;
  abstract readonly warn: LogMethod;
  abstract readonly error: LogMethod;
}

/**
 * Opens the log; no line has a secret in its facts.
 * @param bindings facts that stand on every line, as the node's id
 * @param destination where the lines go; absent: standard output
 */
export function openLog(
  level: LogLevel,
  bindings: Readonly<Record<string, string>> = {},
  destination?: DestinationStream,
): Logger {
  const options = {
    level,
    base: bindings,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: redact },
    // redact has described errors already.
    serializers: { err: (described: unknown) => described },
  };
  if (destination !== undefined) return pino(options, destination);
  const pretty = process.stdout.isTTY ? { transport: { target: 'pino-pretty' } } : {};
  return pino({ ...options, ...pretty });
}
