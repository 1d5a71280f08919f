const form = /^([1-3]\d\d)-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/**
 * The id of a service as callers know it, `<100–399>-<uuid>` (docs/compatibility.md, Fields). The
 * number follows from the uuid, which alone is stored: 122 random bits that nobody guesses. It
 * grows with the uuid, so that the order of uuids is that of ids.
 */
export function serviceIdOf(uuid: string): string {
  return `${String(numberOf(uuid))}-${uuid}`;
}

/** The uuid of a service id; undefined for a text that is none. */
export function uuidOfServiceId(text: string): string | undefined {
  const [, number, uuid] = form.exec(text) ?? [];
  if (uuid === undefined || Number(number) !== numberOf(uuid)) return undefined;
  return uuid.toLowerCase();
}

function numberOf(uuid: string): number {
  const sixteenBits = Number.parseInt(uuid.slice(0, 4), 16);
  return 100 + Math.floor((sixteenBits * 300) / 65_536);
}
