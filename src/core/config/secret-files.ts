import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** More than any secret has, bytes. */
const maxSecretBytes = 65_536;

export interface SecretFiles {
  /** The content of the file that `<name>_FILE` names, by name. */
  readonly values: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/**
 * Reads the secrets that come as files, as container platforms and systemd hand them over: the
 * variable `<name>_FILE` has the path. A line break at the end of the file does not count.
 */
export function readSecretFiles(
  source: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): SecretFiles {
  const values = new Map<string, string>();
  const faults: string[] = [];
  for (const name of names) {
    const path = source[`${name}_FILE`]?.trim();
    if (!path) continue;
    if (source[name]?.trim()) {
      faults.push(`${name} and ${name}_FILE are both set; set one of them`);
      continue;
    }
    try {
      values.set(name, readSecret(path));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      faults.push(
        `${name}_FILE takes the path of a file with the secret; ${path}: ${code ?? message}`,
      );
    }
  }
  return { values, faults };
}

/** @throws Error that says why not */
function readSecret(path: string): string {
  // A pipe without a writer would hold the start for ever.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('is not a file');
    const bytes = Buffer.alloc(maxSecretBytes + 1);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    if (length > maxSecretBytes) throw new Error(`has more than ${String(maxSecretBytes)} bytes`);
    const secret = bytes.toString('utf8', 0, length).replace(/\r?\n$/, '');
    if (secret.trim() === '') throw new Error('is empty');
    return secret;
  } finally {
    closeSync(descriptor);
  }
}
