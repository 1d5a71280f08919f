import { createPrivateKey } from 'node:crypto';
import { serviceAccountOf } from './service-account.js';
import {
  longText,
  type OptionType,
  optional,
  secret,
  text,
  isBaseUrl,
  isWebUrl,
} from '../../../core/settings/index.js';

/**
 * The options that say how a provider is reached and who we are to it (docs/compatibility.md,
 * Providers and attributes).
 */
const plainNames = [
  'apple.key',
  'apple.key_id',
  'apple.team_id',
  'apple.certificate',
  'apple.certificate_password',
  'apple.topic',
  'apple.host',
  'fcm.service_account',
  'fcm.endpoint',
  'webpush.vapid_public_key',
  'webpush.vapid_private_key',
  'webpush.subject',
  'httpcb.secret',
  'customhttp.url',
] as const;

export type CredentialName = (typeof plainNames)[number];

/** Each option with its twin for the debug connection. */
export type Credentials = {
  readonly [Name in CredentialName | `debug.${CredentialName}`]: string | undefined;
};

export type CredentialOption = keyof Credentials;

const textOption = (takes: string, accepts: (value: string) => boolean) =>
  optional(text('', takes, accepts));
const secretText = (takes: string, accepts: (value: string) => boolean = () => true) =>
  optional(secret(longText('', takes, accepts)));
const hostOption = textOption('an http or https URL without query', isBaseUrl);

/** Raw bytes in base64url, as browsers and VAPID tools write keys. */
const base64url = (bytes: number) => (value: string) =>
  /^[A-Za-z0-9_-]+={0,2}$/.test(value) && Buffer.from(value, 'base64url').length === bytes;

const typesByName: { readonly [Name in CredentialName]: OptionType<string | undefined> } = {
  'apple.key': secretText('the text of a .p8 file: a private key on the curve P-256', isAppleKey),
  'apple.key_id': textOption('letters and digits', isAlphanumeric),
  'apple.team_id': textOption('letters and digits', isAlphanumeric),
  'apple.certificate': secretText('a PKCS#12 file in base64', isBase64),
  'apple.certificate_password': secretText('text of at most 100000 characters'),
  'apple.topic': textOption('the bundle id of an app', (value) => /^[\w.-]{1,255}$/.test(value)),
  'apple.host': hostOption,
  'fcm.service_account': secretText(
    'the JSON of a Google service account, with project_id, client_email, private_key, token_uri',
    (value) => serviceAccountOf(value) !== undefined,
  ),
  'fcm.endpoint': hostOption,
  'webpush.vapid_public_key': textOption('65 bytes in base64url', base64url(65)),
  'webpush.vapid_private_key': secretText('32 bytes in base64url', base64url(32)),
  'webpush.subject': textOption('a mailto: URL with a real domain, or an https: URL', isContact),
  'httpcb.secret': secretText('text of at most 100000 characters'),
  'customhttp.url': textOption('an http or https URL', isWebUrl),
};

export const credentialNames: readonly CredentialName[] = plainNames;

export const credentialTypes = Object.fromEntries(
  Object.entries(typesByName).flatMap(([name, type]) => [
    [name, type],
    [`debug.${name}`, type],
  ]),
) as { readonly [Name in CredentialOption]: OptionType<string | undefined> };

/** The name of the twin that the connection goes by. */
export function connectionOptionName(name: CredentialName, debug: boolean): CredentialOption {
  return debug ? `debug.${name}` : name;
}

/** Push services refuse tokens whose subject nobody could write to. */
function isContact(value: string): boolean {
  if (value.startsWith('https://')) return URL.canParse(value);
  const [, domain = ''] = /^mailto:[^@\s]+@([a-z0-9.-]{1,253})$/i.exec(value) ?? [];
  return (
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i.test(domain) &&
    !/\.(?:local|localhost|localdomain|invalid|internal|test|example)$/i.test(domain)
  );
}

function isAlphanumeric(value: string): boolean {
  return /^[A-Za-z0-9]{1,64}$/.test(value);
}

function isBase64(value: string): boolean {
  return value !== '' && /^[A-Za-z0-9+/\s]+={0,2}$/.test(value);
}

function isAppleKey(value: string): boolean {
  try {
    const { asymmetricKeyDetails } = createPrivateKey(value);
    return asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}
