/** What one exported file holds, and how its name ends. */
export const jsonKinds = ['services.json'] as const;
export const csvKinds = ['services.csv', 'states.csv', 'tasks.csv'] as const;
export type ExportKind = (typeof jsonKinds | typeof csvKinds)[number];

const form =
  /^export(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)_(\d{3})_(?:services\.json|(?:services|states|tasks)\.csv)$/;

/** As `export20261127_203015_250_services.json`, of an export begun at that time in UTC. */
export function exportName(begun: Date, kind: ExportKind): string {
  const [day = '', time = '', ms = ''] = begun.toISOString().split(/[T.Z]/);
  return `export${day.replaceAll('-', '')}_${time.replaceAll(':', '')}_${ms}_${kind}`;
}

/** When the export of this name was begun; undefined for any text that is no name of an export. */
export function exportBegunAt(name: string): Date | undefined {
  const [matched, year, month, day, hour, minute, second, ms] = form.exec(name) ?? [];
  if (matched === undefined) return undefined;
  const begun = Date.parse(
    `${String(year)}-${String(month)}-${String(day)}T${String(hour)}:${String(minute)}:${String(second)}.${String(ms)}Z`,
  );
  return Number.isNaN(begun) ? undefined : new Date(begun);
}
