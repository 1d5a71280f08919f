/** An SQL statement with a name under which each connection prepares it once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** PostgreSQL cuts longer names short, so that two could become one. */
const longestNameBytes = 63;

const declared = new Map<string, Statement>();

/**
 * Declares a hand-written statement of a hot path. A prepared statement saves PostgreSQL 25–65 µs
 * of parsing and planning a call (measured: docs/decisions/0007-sql-on-typeorms-pool.md).
 * @param name unique in the server, at most 63 bytes, as `storage.readEntry`; `npm run check`
 *   prepares all of them on one connection, which finds two of one name
 * @throws Error when the name is too long
 */
export function statement(name: string, text: string): Statement {
  if (Buffer.byteLength(name) > longestNameBytes) {
    throw new Error(`the statement's name is longer than ${longestNameBytes} bytes: ${name}`);
  }
  const made = Object.freeze({ name, text });
  declared.set(`${name}\0${text}`, made);
  return made;
}

/** All statements declared so far, in the order of their names, for a check that prepares each. */
export function declaredStatements(): readonly Statement[] {
  return [...declared.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}
