const visibleCharacters = 12;

/** A device id as operators see it: of tokens and browsers' keys the beginning alone. */
export function maskDeviceId(type: PushType, deviceId: string): string {
  if (type === 'comet' || type === 'httpcb' || type === 'orscb') return deviceId;
  return deviceId.length <= visibleCharacters
    ? deviceId
    : `${deviceId.slice(0, visibleCharacters)}…`;
}

/**
 * How an event reaches a device (docs/compatibility.md, Channels). `android`, `gcm` and `fcm` are
 * one channel: Google shut the older two down.
 */
export const pushTypes = [
  'ios',
  'android',
  'gcm',
  'fcm',
  'webpush',
  'httpcb',
  'customhttp',
  'comet',
  'orscb',
] as const;

export type PushType = (typeof pushTypes)[number];

/** The type that a caller names, in whatever case; undefined when there is no such type. */
export function pushTypeOf(text: string): PushType | undefined {
  const lower = text.toLowerCase();
  return pushTypes.find((type) => type === lower);
}
