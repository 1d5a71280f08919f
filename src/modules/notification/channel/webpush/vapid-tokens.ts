import { Injectable } from '@nestjs/common';
import { importJWK, SignJWT } from 'jose';
import type { WebPushOptions } from '../../provider/provider-options.js';
import { TokenCache } from '../token-cache.js';

/** A token is good for so long, and used for half of it, seconds; RFC 8292 allows a day. */
const tokenSeconds = 12 * 60 * 60;
const reuseSeconds = tokenSeconds / 2;

/** How we show push services who we are (RFC 8292). */
@Injectable()
export class VapidTokens {
  private readonly cache = new TokenCache();

  /** The `Authorization` header for a push service's origin; undefined without keys. */
  async headerFor(origin: string, options: WebPushOptions): Promise<string | undefined> {
    const { vapidPublicKey, vapidPrivateKey, subject } = options;
    if (vapidPublicKey === undefined || vapidPrivateKey === undefined) return undefined;
    const now = Math.floor(Date.now() / 1000);
    // Another one in each part of the day: its end is by the clock on the wall, which may jump.
    const part = Math.floor(now / reuseSeconds);
    const name = [part, origin, vapidPublicKey, vapidPrivateKey, subject ?? ''].join(' ');
    const known = this.cache.get(name);
    if (known !== undefined) return known;
    const token = await signToken(vapidPublicKey, vapidPrivateKey, origin, subject, now);
    const header = `vapid t=${token}, k=${vapidPublicKey}`;
    this.cache.set(name, header, reuseSeconds * 1000);
    return header;
  }
}

async function signToken(
  publicKey: string,
  privateKey: string,
  audience: string,
  subject: string | undefined,
  now: number,
): Promise<string> {
  // An uncompressed point: one byte that says so, then its two coordinates.
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) =>
    half.toString('base64url'),
  );
  const jwk = { kty: 'EC', crv: 'P-256', x, y, d: privateKey.replace(/=+$/, '') };
  const token = new SignJWT().setProtectedHeader({ alg: 'ES256', typ: 'JWT' });
  if (subject !== undefined) token.setSubject(subject);
  token.setAudience(audience).setExpirationTime(now + tokenSeconds);
  return token.sign(await importJWK(jwk as Parameters<typeof importJWK>[0], 'ES256'));
}
