/** What everything that this server sends out carries as `Via` (RFC 9110, 7.6.3). */
export const ownVia = '1.1 opengms';

const ownMark = /(?:^|[\s,])opengms(?:$|[\s,])/i;

/** Whether a `Via` header says that a server like this one has sent the request. */
export function namesOwnServer(via: string): boolean {
  return ownMark.test(via);
}
