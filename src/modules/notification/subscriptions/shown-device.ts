import type { PushType } from '../push-type.js';

const shown = 12;

/** A device id as operators see it: of tokens and browsers' keys the beginning alone. */
export function shownDevice(type: PushType, deviceId: string): string {
  if (type === 'comet' || type === 'httpcb' || type === 'orscb') return deviceId;
  return deviceId.length <= shown ? deviceId : `${deviceId.slice(0, shown)}…`;
}
