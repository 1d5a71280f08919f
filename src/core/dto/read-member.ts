import type { Member, Presence, ReportFault, WrittenMap } from './kind.js';

/**
 * Reads one member of a map.
 * @param path of the map, with its dot: `services[0].`
 * @returns undefined: absent or refused
 */
export function readMember(
  { kind, presence, ofMap }: Member,
  name: string,
  map: WrittenMap,
  report: ReportFault,
  path: string,
): unknown {
  if (ofMap !== undefined) return ofMap(map);
  const written = writtenOf(map, name, presence);
  if (isAbsent(written, presence)) {
    if (presence.mandatory === true) {
      report({ name: path + name, says: 'is mandatory', isMissing: true });
    }
    return undefined;
  }
  const value = kind.read(written, report, path + name);
  if (value === undefined) {
    report({ name: path + name, says: `takes ${kind.takes}`, isMissing: false });
  }
  return value;
}

function writtenOf(map: WrittenMap, name: string, presence: Presence): unknown {
  const own = memberOf(map, name);
  const { alsoIn } = presence;
  if (alsoIn === undefined || !isAbsent(own, presence)) return own;
  const other = memberOf(map, alsoIn);
  return typeof other === 'object' && other !== null && Object.hasOwn(other, name)
    ? (other as WrittenMap)[name]
    : own;
}

/** Not what JavaScript gives every object, as `constructor`. */
function memberOf(map: WrittenMap, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function isAbsent(written: unknown, { empty }: Presence): boolean {
  return written === undefined || written === null || (written === '' && empty !== 'value');
}
