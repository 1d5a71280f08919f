import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { installationFolder } from '../../../core/config/index.js';
import { refusedText, type YamlSections, type YamlTask } from './yaml.js';
import { positionFault, type WrittenSections } from '../../../core/settings/index.js';

/** As it was built, wherever this runs from: a thread takes no sources. */
const program = join(installationFolder, 'dist/src/modules/options/yaml/yaml.worker.js');

/** Nobody's sections take so long; what does was made to, milliseconds. */
const longestMs = 20_000;

const mostMegabytes = 512;

/** Of each kind one thread runs at a time, so that many imports or exports take no more than one. */
let reading: Promise<unknown> = Promise.resolve();
let writing: Promise<unknown> = Promise.resolve();

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

/** Writes sections as `writeYaml` does, in a thread of its own: a megabyte takes 200 ms. */
export function writeYamlAside(sections: WrittenSections): Promise<string> {
  const written = writing.then(() => inThread<string>({ sections }));
  writing = written.catch(() => undefined);
  return written;
}

async function readInThread(text: string): Promise<YamlSections> {
  try {
    return await inThread<YamlSections>({ text });
  } catch (error) {
    if (error instanceof TooSlow) {
      return refused(`takes a text that can be read within ${String(longestMs / 1000)} s`);
    }
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') return refused('is too much to be read');
    throw error;
  }
}

/** The time that a thread may take is over. */
class TooSlow extends Error {}

async function inThread<Result>(task: YamlTask): Promise<Result> {
  const thread = new Worker(program, {
    workerData: task,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Result>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new TooSlow(`the YAML thread took more than ${String(longestMs)} ms`));
      }, longestMs);
      thread.on('message', resolve);
      thread.on('error', reject);
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

function refused(words: string): YamlSections {
  return refusedText([positionFault(1, 1, words)]);
}
