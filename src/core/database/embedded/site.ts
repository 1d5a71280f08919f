import { type Binaries, locateBinaries } from './installation/binaries.js';
import { createHome, findHome, type Home } from './installation/home.js';
import type { Log } from './types.js';

/** What it takes to run one embedded server: where, with which programs and settings. */
export interface Site {
  home: Home;
  binaries: Binaries;
  settings: Readonly<Record<string, string>>;
  log: Log;
}

/** Finds or creates the home of `dataDir` and the programs that its account can run. */
export async function openSite(
  dataDir: string,
  settings: Record<string, string>,
  log: Log,
): Promise<Site> {
  const home = findHome(dataDir, log);
  createHome(home);
  const binaries = await locateBinaries(home.account, log);
  return { home, binaries, settings, log };
}
