/** Where the comet endpoint is. */
export const endpointPath = '/genesys/cometd';

const below = /^\/?[^/]*\/?$/;
const whole = /^\/genesys\/cometd(?:\/[^/?#]*)?\/?(?=[?#]|$)/i;

/**
 * Whether a path below the endpoint's own is the endpoint: any one segment is, as libraries append
 * the type of a lone message. The messages decide what is done, never the path.
 * @param path without the endpoint's own
 */
export function isBelowEndpoint(path: string): boolean {
  return below.test(path);
}

/** Whether the target of a request is the endpoint. */
export function isEndpoint(url: string): boolean {
  return whole.test(url);
}
