/** Something that is wrong with a configuration; it never holds a value, which may be a secret. */
export interface Fault {
  /** As `section resources.DNIS, option numbers`, or `line 3, column 1`. */
  readonly where: string;
  /** What it takes, or what is wrong, as a part of a sentence. */
  readonly words: string;
}

export function sectionFault(section: string, words: string): Fault {
  return { where: `section ${quoteName(section)}`, words };
}

/** @param option empty when the fault is one of the whole section */
export function optionFault(section: string, option: string, words: string): Fault {
  if (option === '') return sectionFault(section, words);
  return { where: `section ${quoteName(section)}, option ${quoteName(option)}`, words };
}

export function positionFault(line: number, column: number, words: string): Fault {
  return { where: `line ${String(line)}, column ${String(column)}`, words };
}

/** The line that people read: `section resources.DNIS, option numbers: takes a list`. */
export function faultText({ where, words }: Fault): string {
  return `${where}: ${words}`;
}

const plainName = /^[\p{L}\p{M}\p{N}._~-][\p{L}\p{M}\p{N}._~ -]{0,149}$/u;

/** A name as it was written, quoted when it could be mistaken for the words around it. */
export function quoteName(name: string): string {
  return plainName.test(name) ? name : JSON.stringify(name.slice(0, 150));
}
