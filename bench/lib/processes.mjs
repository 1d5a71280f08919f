import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../scripts/lib/project.mjs';

const startMs = 60_000;

/**
 * Starts the built server and waits until it listens.
 * @param env variables beside PATH, PORT 0, HOST 127.0.0.1 and GMS_LOG_LEVEL info
 * @param nodeArguments for node itself, as `--cpu-prof`
 * @param folder of the checkout; absent: this one
 * @returns `port`, `pid`, and `stop()`, which is called at the run's end at the latest
 */
export async function startServer({ env, nodeArguments = [], folder = root }, closing) {
  const program = join(folder, 'dist/src/main.js');
  const child = spawn(process.execPath, [...nodeArguments, program], {
    cwd: folder,
    env: { ...serverEnvironment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => end(child);
  closing.add(stop);
  return { port: await listeningPort(child), pid: child.pid, stop };
}

/** What every server of a run is started with. */
export const serverEnvironment = {
  PATH: process.env.PATH,
  HOST: '127.0.0.1',
  PORT: '0',
  GMS_LOG_LEVEL: 'info',
};

/** Waits for the log line `{"msg":"listening","url":…}`; the rest of the log is thrown away. */
export async function listeningPort(child) {
  const output = gather(child);
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`the server ended (${code ?? signal}):\n${output.text}`);
  });
  const listens = new Promise((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Error(`the server did not listen within ${startMs} ms:\n${output.text}`)),
      startMs,
    );
    output.onText = (text) => {
      const found = /"url":"http:\/\/[^"]*:(\d+)"[^\n]*"listening"/.exec(text);
      if (found === null) return;
      clearTimeout(limit);
      resolve(Number(found[1]));
    };
  });
  try {
    return await Promise.race([listens, ended]);
  } finally {
    ended.catch(() => undefined);
    output.onText = undefined;
  }
}

function gather(child) {
  const output = { text: '', onText: undefined };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      if (output.text.length < 100_000) output.text += chunk;
      output.onText?.(output.text);
    });
  }
  return output;
}

/** Asks a process to end; forces it after 15 s. */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const force = setTimeout(() => child.kill('SIGKILL'), 15_000);
  child.kill('SIGTERM');
  await once(child, 'exit');
  clearTimeout(force);
}

/**
 * Starts a program of `bench/processes` with a channel for messages. It ends with the run: when
 * the channel closes.
 */
export async function startHelper(name, order, closing) {
  const file = fileURLToPath(new URL(`../processes/${name}.mjs`, import.meta.url));
  const child = fork(file, { cwd: root, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  closing.add(() => end(child));
  if (order !== undefined) child.send(order);
  return child;
}

/** The next message of a helper; rejects when it ends before. */
export function message(child) {
  return new Promise((resolve, reject) => {
    const onMessage = (content) => {
      child.off('exit', onExit);
      if (content.failure === undefined) resolve(content);
      else reject(new Error(content.failure));
    };
    const onExit = (code, signal) => {
      child.off('message', onMessage);
      reject(new Error(`a helper process ended (${code ?? signal})`));
    };
    child.once('message', onMessage).once('exit', onExit);
  });
}
