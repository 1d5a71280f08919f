import { moveFormerHome } from './move-former-home.js';
import { type Binaries, locateBinaries } from './installation/locate-binaries.js';
import { createHome, findHome, type Home } from './installation/home.js';
import type { Log } from './embedded-postgres.js';

/** What it takes to run one embedded server: where, with which programs and settings. */
export interface ServerContext {
  home: Home;
  binaries: Binaries;
  settings: Readonly<Record<string, string>>;
  log: Log;
}

/** Finds or creates the home of `dataDir` and the programs that its account can run. */
export async function openServerContext(
  dataDir: string,
  settings: Record<string, string>,
  log: Log,
): Promise<ServerContext> {
  let home = findHome(dataDir, log);
  if (home.former !== undefined) {
    await moveFormerHome(home, home.former, log);
    home = findHome(dataDir, log);
  }
  createHome(home);
  const binaries = await locateBinaries(home.account, log);
  return { home, binaries, settings, log };
}
