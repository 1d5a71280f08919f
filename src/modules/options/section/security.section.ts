import { isAddressBlock } from '../../../core/identity/index.js';
import {
  boolean,
  defineSection,
  list,
  map,
  oneOf,
  text,
  wholeNumber,
  type SectionRules,
  type Sections,
  isWebUrl,
  originOf,
} from '../../../core/settings/index.js';

/** `security.rate_limit`, for each client address and each key. */
export interface RateLimit {
  /** Requests a second in the long run. */
  readonly per_second: number;
  /** Requests at once after a rest. */
  readonly burst: number;
}

/**
 * The options of section `security` (README.md, Sections and options; docs/operations/security.md).
 */
export interface SecurityOptions {
  readonly trusted_networks: readonly string[];
  readonly trusted_proxies: readonly string[];
  readonly public_api_key: boolean;
  readonly gms_user: 'header' | 'jwt';
  readonly jwt_issuer: string;
  readonly jwt_audience: string;
  readonly jwt_jwks_url: string;
  readonly allowed_callback_networks: readonly string[];
  readonly cors_origins: readonly string[];
  readonly rate_limit: RateLimit;
}

const maxItems = 1000;
const maxRate = 1_000_000;

const networks = (initial: readonly string[]) =>
  list<string>(
    initial,
    text('', 'an address or a network, as 10.0.0.0/8 or 2001:db8::/32', isAddressBlock),
    maxItems,
  );

export const securitySection = defineSection<SecurityOptions>('security', {
  trusted_networks: networks(['127.0.0.0/8', '::1/128']),
  trusted_proxies: networks([]),
  public_api_key: boolean(false),
  gms_user: oneOf('header', ['header', 'jwt']),
  jwt_issuer: text(''),
  jwt_audience: text(''),
  jwt_jwks_url: text('', 'an http or https URL, or nothing', (url) => url === '' || isWebUrl(url)),
  allowed_callback_networks: networks([]),
  cors_origins: list<string>(
    [],
    text(
      '',
      'an origin, as https://www.example.com, without *',
      (origin) => originOf(origin) !== undefined,
    ),
    maxItems,
  ),
  rate_limit: map<RateLimit>({
    per_second: wholeNumber(200, 1, maxRate),
    burst: wholeNumber(400, 1, maxRate),
  }),
});

/** Users by token need the keys that tokens are signed with. */
export const securityRules: SectionRules = {
  schema: securitySection,
  checkReferences(sections: Sections, report): void {
    const { gms_user, jwt_jwks_url } = sections.get(securitySection);
    if (gms_user === 'jwt' && jwt_jwks_url === '') {
      report('security', 'jwt_jwks_url', 'takes an http or https URL when gms_user is jwt');
    }
  },
};
