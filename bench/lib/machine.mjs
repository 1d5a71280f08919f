import { arch, cpus, loadavg, totalmem } from 'node:os';

/** What a figure depends on, without saying whose machine it is. */
export async function machineFacts(postgres, pgbench) {
  const [{ model }] = cpus();
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  return [
    `- ${cpus().length} × ${model}, ${gigabytes} GB, ${process.platform} ${arch()}`,
    `- Node ${process.versions.node}, PostgreSQL ${postgres.version}` +
      (pgbench === undefined ? ', no pgbench here' : `, pgbench ${await pgbench.version()}`),
    `- load average ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')} at the start`,
  ];
}
