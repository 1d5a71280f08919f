/** The part of a pino logger that the embedded database uses. */
export interface Log {
  info(detail: object, message: string): void;
  warn(detail: object, message: string): void;
  error(detail: object, message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** Folder of the product's data; created when absent. The server lives in `postgres` below it. */
  dataDir: string;
  /** Database to connect to; created when absent. */
  database: string;
  /** PostgreSQL settings that win over the defaults of settings.ts; they count when this call starts the server. */
  settings?: Record<string, string>;
  log: Log;
  /** Aborted when the start is no longer wanted: what was begun is ended, and the start rejects with its reason. */
  signal?: AbortSignal;
  /** How often the supervisor looks whether the server is alive, in milliseconds; 1000 when not given. */
  superviseIntervalMs?: number;
}

/** A running server, kept running until `stop()`. */
export interface EmbeddedPostgres {
  /** Connection string; valid until `stop()`, also when the server had to be restarted. */
  readonly url: string;
  readonly port: number;
  /** Whether the server already ran, left by a killed process or used by a living one. */
  readonly adopted: boolean;
  /** Where data, log and port really are; differs from `dataDir` when root's account cannot reach that. */
  readonly folder: string;
  /**
   * Ends this process's use of the server, and the server itself when no other living process uses it.
   * Rejects when the server does not end; safe to call more than once.
   */
  stop(): Promise<void>;
  /**
   * For a process that ends this very moment: tells a server that nobody else uses to stop, without waiting for it.
   */
  abandon(): void;
}
