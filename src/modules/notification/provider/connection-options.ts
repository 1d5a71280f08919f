import {
  type CredentialName,
  type Credentials,
  connectionOptionName,
} from './credential-options.js';
import type { ProviderOptions } from './provider-options.js';
import { serviceAccountOf } from './service-account.js';

const appleHosts = {
  production: 'https://api.push.apple.com',
  debug: 'https://api.sandbox.push.apple.com',
} as const;
const googleHost = 'https://fcm.googleapis.com';

/** Options that make one set: a provider that has one of them is not lent another's. */
const credentialSets: readonly (readonly CredentialName[])[] = [
  ['apple.key', 'apple.key_id', 'apple.team_id', 'apple.certificate', 'apple.certificate_password'],
  ['fcm.service_account'],
  ['webpush.vapid_public_key', 'webpush.vapid_private_key', 'webpush.subject'],
];

/** Finds one option, and says in which section it stands. */
export interface FoundOption {
  readonly value: string;
  /** As `push.provider.SalesApp`. */
  readonly section: string;
  /** With `debug.` when the twin was found. */
  readonly option: string;
}

export interface CredentialSection {
  readonly section: string;
  readonly options: Credentials;
}

/**
 * An option of a provider's connection. The provider's own wins over that of section `push`, the
 * debug twin over the plain one; credentials go as a set, since a key id is nothing without its key.
 * @param sections the provider's, then `push`; without a provider `push` alone
 */
export function findOption(
  sections: readonly CredentialSection[],
  name: CredentialName,
  debug: boolean,
): FoundOption | undefined {
  const set = credentialSets.find((names) => names.includes(name)) ?? [name];
  for (const { section, options } of sections) {
    for (const twin of debug ? [true, false] : [false]) {
      if (set.every((member) => options[connectionOptionName(member, twin)] === undefined))
        continue;
      const option = connectionOptionName(name, twin);
      const value = options[option];
      return value === undefined ? undefined : { value, section, option };
    }
  }
  return undefined;
}

/** All options of a provider's connection. */
export function connectionOptions(
  sections: readonly CredentialSection[],
  debug: boolean,
): ProviderOptions {
  const value = (name: CredentialName) => findOption(sections, name, debug)?.value;
  const certificate = value('apple.certificate');
  const account = value('fcm.service_account');
  return {
    apple: {
      key: value('apple.key'),
      keyId: value('apple.key_id'),
      teamId: value('apple.team_id'),
      certificate: certificate === undefined ? undefined : Buffer.from(certificate, 'base64'),
      certificatePassword: value('apple.certificate_password'),
      topic: value('apple.topic'),
      host: value('apple.host') ?? appleHosts[debug ? 'debug' : 'production'],
    },
    google: {
      serviceAccount: account === undefined ? undefined : serviceAccountOf(account),
      endpoint: value('fcm.endpoint') ?? googleHost,
    },
    webPush: {
      vapidPublicKey: value('webpush.vapid_public_key'),
      vapidPrivateKey: value('webpush.vapid_private_key'),
      subject: value('webpush.subject'),
    },
    httpCallback: { secret: value('httpcb.secret') },
    customHttp: { url: value('customhttp.url') },
  };
}
