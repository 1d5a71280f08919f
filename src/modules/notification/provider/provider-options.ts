/** A Google service account, of its JSON what is needed (RFC 7523). */
export interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly privateKey: string;
  readonly privateKeyId: string | undefined;
  readonly tokenUri: string;
}

export interface AppleOptions {
  /** The text of the .p8 file, with its key id and team id; or a certificate. */
  readonly key: string | undefined;
  readonly keyId: string | undefined;
  readonly teamId: string | undefined;
  /** PKCS#12. */
  readonly certificate: Buffer | undefined;
  readonly certificatePassword: string | undefined;
  /** The app's bundle id. */
  readonly topic: string | undefined;
  /** Base URL, Apple's production or (debug) sandbox host unless configured. */
  readonly host: string;
}

export interface GoogleOptions {
  readonly serviceAccount: ServiceAccount | undefined;
  /** Base URL, Google's unless configured. */
  readonly endpoint: string;
}

export interface WebPushOptions {
  readonly vapidPublicKey: string | undefined;
  readonly vapidPrivateKey: string | undefined;
  /** `mailto:` or `https:` (RFC 8292). */
  readonly subject: string | undefined;
}

/**
 * The credentials of one provider, debug twins already chosen (docs/compatibility.md, Providers and
 * attributes).
 */
export interface ProviderOptions {
  readonly apple: AppleOptions;
  readonly google: GoogleOptions;
  readonly webPush: WebPushOptions;
  readonly httpCallback: { readonly secret: string | undefined };
  readonly customHttp: { readonly url: string | undefined };
}

/** What the operating system shows, merged over the chain of sections; absent: not set. */
export interface MessageAttributes {
  readonly 'apple.alert.title'?: string;
  readonly 'apple.alert.body'?: string;
  readonly 'apple.badge'?: number;
  readonly 'apple.sound'?: string;
  readonly 'apple.content_available'?: boolean;
  /** How long the vendor keeps a push for a device that is off, seconds. */
  readonly 'apple.expiration'?: number;
  readonly 'fcm.ttl'?: number;
  readonly 'fcm.title'?: string;
  readonly 'fcm.body'?: string;
  readonly 'fcm.priority'?: 'normal' | 'high';
  readonly 'fcm.collapse_key'?: string;
}
