declare module 'http_ece' {
  import type { ECDH } from 'node:crypto';

  interface EncryptParameters {
    readonly version: 'aes128gcm';
    /** The receiver's public key, base64url. */
    readonly dh: string;
    /** A key pair of this message alone. */
    readonly privateKey: ECDH;
    /** base64url. */
    readonly authSecret: string;
  }

  /** Encrypts a payload as RFC 8188 and RFC 8291 say. */
  export function encrypt(payload: Buffer, parameters: EncryptParameters): Buffer;
}
