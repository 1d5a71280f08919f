/**
 * How an event reaches a device (notification.md). `android`, `gcm` and `fcm` are one channel:
 * Google shut the older two down.
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
