import { resolve } from 'node:path';
import { inRoot, root } from './project.mjs';
import { readEnvFile } from './env-file.mjs';
import { prepare } from './prepare.mjs';

/** Builds when needed, then runs a command-line program of the server in this process. */
export async function runTool(program) {
  await prepare();
  readEnvFile();
  const typedIn = process.env.INIT_CWD ?? process.cwd();
  // npm changes to the checkout first; a file is meant where the command was typed.
  const words = process.argv
    .slice(2)
    .map((word) => (word.startsWith('-') ? word : resolve(typedIn, word)));
  process.argv = [process.execPath, inRoot('dist', program), ...words];
  process.chdir(root);
  await import(`../../dist/${program}`);
}
