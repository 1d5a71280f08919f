import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { installationFolder } from '../../../core/config/index.js';
import { placeFault } from '../domain/fault.js';
import type { YamlSections } from './read-yaml.js';

/** As it was built, wherever this runs from: a thread takes no sources. */
const program = join(installationFolder, 'dist/src/modules/options/yaml/read-yaml.worker.js');

/** Nobody's sections take so long; what does was made to, milliseconds. */
const longestMs = 20_000;

const mostMegabytes = 512;

/** One text is read at a time, so that many imports take no more than one. */
let reading: Promise<unknown> = Promise.resolve();

/**
 * Reads a YAML text as `readYaml` does, in a thread of its own: the parser takes 1 to 2 ms for a
 * kilobyte, and seconds for a text that was made to be slow (1 MB of `[`: 20 s), for which nobody
 * else is to wait.
 */
export function readYamlAside(text: string): Promise<YamlSections> {
  const read = reading.then(() => readInThread(text));
  reading = read.catch(() => undefined);
  return read;
}

async function readInThread(text: string): Promise<YamlSections> {
  const thread = new Worker(program, {
    workerData: text,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => {
        resolve(refused(`takes a text that can be read within ${String(longestMs / 1000)} s`));
      }, longestMs);
      thread.on('message', resolve);
      thread.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(refused('is too much to be read'));
        else reject(error);
      });
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

function refused(words: string): YamlSections {
  return { sections: new Map(), faults: [placeFault(1, 1, words)] };
}
