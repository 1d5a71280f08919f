import { lstatSync, type Stats } from 'node:fs';

/** What is at a path itself, not what a link there points to; undefined when there is nothing or it is out of reach. */
export function lstatIfReachable(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
