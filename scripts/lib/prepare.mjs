import { requireNode } from './project.mjs';
import { install } from './install.mjs';
import { build } from './build.mjs';

/** Brings a checkout to where the server and its tests can run; quick when nothing changed. */
export async function prepare() {
  requireNode();
  await install();
  await build();
}
