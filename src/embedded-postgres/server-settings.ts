/** The superuser that owns the cluster and that the product connects as. */
export const SUPERUSER = 'gms';

/**
 * Defaults, each overridable by the caller. 256 MB of shared buffers and 2 GB between checkpoints measured best on
 * two cores. `wal_level=replica` is what a backup of a running server needs; it holds the log it needs by a slot of its
 * own, so neither `wal_keep_size` nor a sender is wanted.
 */
const DEFAULTS: Readonly<Record<string, string>> = {
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  max_connections: '100',
  synchronous_commit: 'on',
  wal_level: 'replica',
  max_wal_senders: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Not the caller's to choose: reachable by password over loopback only, and a log that we can read. */
function fixedSettings(port: number): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    logging_collector: 'off',
    log_destination: 'stderr',
    lc_messages: 'C',
  };
}

/** The `-c name=value` arguments of a server that listens on `port`. Throws on a name PostgreSQL cannot have. */
export function settingArguments(
  port: number,
  overrides: Readonly<Record<string, string>>,
): string[] {
  const settings = { ...DEFAULTS, ...overrides, ...fixedSettings(port) };
  return Object.entries(settings).flatMap(([name, value]) => {
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name))
      throw new Error(`"${name}" is not the name of a PostgreSQL setting.`);
    return ['-c', `${name}=${value}`];
  });
}
