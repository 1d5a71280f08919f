import { parentPort, workerData } from 'node:worker_threads';
import { readYaml } from './read-yaml.js';

/** A thread that reads one text (read-yaml-aside.ts) and ends. */
parentPort?.postMessage(readYaml(workerData as string));
