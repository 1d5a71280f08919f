import { createHmac } from 'node:crypto';

/** `sha256=<hexadecimal>`: the HMAC of a body, by which its receiver knows who sent it. */
export function signatureOf(body: Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
