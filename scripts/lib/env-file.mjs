import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { fail, inRoot } from './project.mjs';

const assignment = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=\s*(.*)$/;

/**
 * Takes the variables of the checkout's file `.env`, when there is one. What the environment has
 * already, be it empty, counts for more. Lines that are no variables end the process, each named.
 */
export function readEnvFile() {
  const text = contentOf('.env');
  if (text === undefined) return;
  const faults = faultsOf(text);
  if (faults.length > 0) fail(`OpenGMS cannot start:\n${faults.join('\n')}`);
  for (const [name, value] of Object.entries(parseEnv(text))) process.env[name] ??= value;
}

function contentOf(file) {
  try {
    return readFileSync(inRoot(file), 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    return fail(`OpenGMS cannot start:\n${file} cannot be read (${error.code})`);
  }
}

/** Node's reader passes over lines that it does not understand, without a word. */
function faultsOf(text) {
  const faults = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const number = index + 1;
    if (/^\s*(#|$)/.test(lines[index])) continue;
    const value = assignment.exec(lines[index])?.[1];
    if (value === undefined) {
      faults.push(`.env, line ${number}: takes NAME=value, or a comment that begins with #`);
      continue;
    }
    const quote = /^["'`]/.exec(value)?.[0];
    if (quote === undefined || value.includes(quote, 1)) continue;
    // A quoted value may go on over several lines.
    const end = lines.findIndex((line, later) => later > index && line.includes(quote));
    if (end === -1) faults.push(`.env, line ${number}: the value has no closing ${quote}`);
    else index = end;
  }
  return faults;
}
