import { createLocalJWKSet, type FetchImplementation, type JSONWebKeySet } from 'jose';
import { mostBodyBytes, type OutgoingCalls } from '../../core/outgoing/index.js';

/** The keys of an issuer could not be had. */
export class KeySetUnreachable extends Error {}

/** An issuer that could not be asked is left alone for so long, milliseconds. */
const restMs = 1000;

/**
 * How jose fetches the keys of one issuer: within the bounds of all calls to hosts that the operator
 * named (decision 0011). No redirect is followed. While an issuer fails, it is not asked again for
 * every token that comes.
 */
export function keySetFetch(calls: OutgoingCalls): FetchImplementation {
  let failed: { readonly error: unknown; readonly untilMs: number } | undefined;
  return async (url, { headers, signal }) => {
    if (failed !== undefined && performance.now() < failed.untilMs) throw failed.error;
    try {
      const keySet = await ask(calls, url, { headers: Object.fromEntries(headers), signal });
      failed = undefined;
      return keySet;
    } catch (cause) {
      const error = new KeySetUnreachable(cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
      failed = { error, untilMs: performance.now() + restMs };
      throw error;
    }
  };
}

async function ask(
  calls: OutgoingCalls,
  url: string,
  options: { readonly headers: Record<string, string>; readonly signal: AbortSignal },
): Promise<Response> {
  const wantsBody = (status: number): boolean => status === 200;
  const result = await calls.trusted({ url, method: 'GET', ...options, wantsBody });
  if (result.kind === 'failed') throw new Error(`${result.code}: ${result.reason}`);
  if (result.status !== 200) throw new Error(`the answer has status ${String(result.status)}`);
  if (Buffer.byteLength(result.body) >= mostBodyBytes) {
    throw new Error(`the key set has ${String(mostBodyBytes)} bytes or more`);
  }
  // Throws for what is no key set, as what broke off or did not end in time.
  createLocalJWKSet(JSON.parse(result.body) as JSONWebKeySet);
  return new Response(result.body);
}
