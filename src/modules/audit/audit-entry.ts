/** What an entry of the audit is about. */
export const auditKinds = ['configuration', 'key', 'node', 'refusal'] as const;
export type AuditKind = (typeof auditKinds)[number];

type Facts = Readonly<Record<string, unknown>>;

/** Something that somebody did, or was refused. */
export interface NewAuditEntry {
  readonly kind: AuditKind;
  /** As the access policy names a caller, `key:<name>` or `address:<ip>`; or `node:<id>`. */
  readonly actor: string;
  readonly action: string;
  /** What it was done to: a section, a key's name, a node's id; of a refusal the route. */
  readonly subject: string;
  /** What it was, without secrets; undefined when it was not there. */
  readonly before?: Facts | undefined;
  /** What it is now; undefined when it is gone. */
  readonly after?: Facts | undefined;
}

/** An entry as it was written down. */
export interface AuditEntry {
  readonly id: number;
  readonly at: Date;
  readonly kind: AuditKind;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly before: Facts | null;
  readonly after: Facts | null;
  /** How many calls it stands for: refusals of one caller within a minute are one entry. */
  readonly calls: number;
  /** When the last of them came; null for an entry of one call. */
  readonly lastAt: Date | null;
}

/** Which entries to read, the newest first. */
export interface AuditPage {
  readonly limit: number;
  /** Entries with a lower id alone; undefined: from the newest on. */
  readonly before: number | undefined;
  readonly kind: AuditKind | undefined;
  readonly subject: string | undefined;
}
