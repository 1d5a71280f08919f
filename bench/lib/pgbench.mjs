import { execFile } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { treeCpu } from './cpu.mjs';

const run = promisify(execFile);

/** Finds pgbench on PATH or where Debian keeps it; undefined when there is none. */
export function findPgbench() {
  const versions = '/usr/lib/postgresql';
  const debian = existsSync(versions)
    ? readdirSync(versions)
        .sort((one, other) => Number(other) - Number(one))
        .map((version) => join(versions, version, 'bin'))
    : [];
  const folders = [...(process.env.PATH ?? '').split(':'), ...debian];
  return folders.map((folder) => join(folder, 'pgbench')).find(existsSync);
}

/**
 * A statement of the server in pgbench's words.
 * @param values what stands for $1, $2, …: SQL, with `:name` for a variable of pgbench
 */
export function scriptOf({ text }, values) {
  return text.replace(/\$(\d+)/g, (_, place) => values[place - 1]);
}

/** pgbench on one database. */
export class Pgbench {
  #program;
  #postgres;
  #folder;

  constructor(program, postgres, folder) {
    this.#program = program;
    this.#postgres = postgres;
    this.#folder = folder;
  }

  async version() {
    const { stdout } = await run(this.#program, ['--version']);
    return /\d+(\.\d+)?/.exec(stdout)?.[0];
  }

  /**
   * Runs a script with prepared statements.
   * @param script text; `variables` are set at its start
   * @param bound `{ seconds }`, or `{ transactions }` in all
   * @returns transactions a second, their mean latency in ms, PostgreSQL's CPU µs for each
   */
  async run({ name, script, variables = {}, clients, bound }) {
    const file = join(this.#folder, `${name}.sql`);
    writeFileSync(file, script);
    const before = treeCpu(this.#postgres.pid);
    const { stdout } = await run(this.#program, [
      ...['--no-vacuum', '--protocol=prepared', `--client=${clients}`, '--jobs=2'],
      ...(bound.seconds === undefined
        ? [`--transactions=${Math.floor(bound.transactions / clients)}`]
        : [`--time=${Math.max(1, Math.round(bound.seconds))}`]),
      ...Object.entries(variables).map(([variable, value]) => `--define=${variable}=${value}`),
      ...[`--file=${file}`, this.#postgres.url],
    ]);
    const used = treeCpu(this.#postgres.pid) - before;
    const done = number(/actually processed: (\d+)/, stdout);
    return {
      perSecond: number(/^tps = ([\d.]+)/m, stdout),
      meanMs: number(/^latency average = ([\d.]+) ms/m, stdout),
      failed: number(/number of failed transactions: (\d+)/, stdout) || 0,
      postgresUs: used / done,
    };
  }
}

function number(pattern, text) {
  return Number(pattern.exec(text)?.[1] ?? NaN);
}
