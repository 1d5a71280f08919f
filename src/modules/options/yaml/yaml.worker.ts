import { parentPort, workerData } from 'node:worker_threads';
import { readYaml, writeYaml, type YamlTask } from './yaml.js';

/** A thread that reads or writes one text (yaml-thread.ts) and ends. */
const task = workerData as YamlTask;
parentPort?.postMessage('text' in task ? readYaml(task.text) : writeYaml(task.sections));
