import { createSecureContext } from 'node:tls';
import { attributeNames } from './attribute-options.js';
import {
  credentialNames,
  type CredentialOption,
  type Credentials,
  connectionOptionName,
} from './credential-options.js';
import { providerSectionName, providerSectionTakes } from './provider-section-name.js';
import { providerSection, type ProviderSectionOptions, pushSection } from './push.section.js';
import type { SectionRules, Sections } from '../../../core/settings/index.js';

type Report = (option: string, problem: string) => void;

/** Credentials that are no good alone are refused where they are written. */
export const pushRules: SectionRules = {
  schema: pushSection,
  checkReferences(sections, report): void {
    checkCredentials(sections.get(pushSection), (option, problem) => {
      report('push', option, problem);
    });
  },
};

/**
 * Credentials stand in sections of providers, attributes in those of events (docs/compatibility.md,
 * Providers and attributes).
 */
export const providerRules: SectionRules = {
  schema: providerSection,
  checkReferences(sections: Sections, report): void {
    const seen = new Map<string, string>();
    for (const [name, options] of sections.all(providerSection)) {
      const section = `push.provider.${name}`;
      checkSection(name, options, seen, (option, problem) => {
        report(section, option, problem);
      });
      seen.set(caseInsensitiveKey(name), section);
    }
  },
};

function checkSection(
  name: string,
  options: ProviderSectionOptions,
  seen: ReadonlyMap<string, string>,
  report: Report,
): void {
  const read = providerSectionName(name);
  if (read === undefined) {
    report('', providerSectionTakes);
    return;
  }
  const twin = seen.get(caseInsensitiveKey(name));
  if (read.kind === 'attributes' && twin !== undefined) {
    report('', `differs from ${twin} in the case of letters alone, which tags ignore here`);
  }
  if (read.kind === 'credentials') checkProvider(read.provider, options, report);
  else checkEvent(options, report);
}

/** The same for sections of one provider whose tags differ in case alone. */
function caseInsensitiveKey(name: string): string {
  const read = providerSectionName(name);
  return read?.kind === 'attributes' ? `${read.provider ?? ''} . ${read.tag ?? ''}` : name;
}

function checkProvider(provider: string, options: ProviderSectionOptions, report: Report): void {
  for (const attribute of attributeNames) {
    if (options[attribute] === undefined) continue;
    report(attribute, `belongs in a section of events, as push.provider.${provider}.event`);
  }
  checkCredentials(options, report);
}

function checkEvent(options: ProviderSectionOptions, report: Report): void {
  for (const name of credentialNames) {
    for (const option of [connectionOptionName(name, false), connectionOptionName(name, true)]) {
      if (options[option] === undefined) continue;
      report(option, 'belongs in the section of a provider, as push.provider.<name>');
    }
  }
}

function checkCredentials(options: Credentials, report: Report): void {
  for (const debug of [false, true]) {
    const needs = (option: CredentialOption, ...others: CredentialOption[]): void => {
      const lacking = others.filter((other) => options[other] === undefined);
      if (options[option] === undefined || lacking.length === 0) return;
      report(option, `needs ${lacking.join(' and ')} beside it`);
    };
    const own = (name: Parameters<typeof connectionOptionName>[0]): CredentialOption =>
      connectionOptionName(name, debug);
    needs(own('apple.key'), own('apple.key_id'), own('apple.team_id'));
    needs(own('webpush.vapid_private_key'), own('webpush.vapid_public_key'));
    checkCertificate(options, debug, report);
  }
}

function checkCertificate(options: Credentials, debug: boolean, report: Report): void {
  const certificate = options[connectionOptionName('apple.certificate', debug)];
  if (certificate === undefined) return;
  const passphrase = options[connectionOptionName('apple.certificate_password', debug)];
  try {
    createSecureContext({ pfx: Buffer.from(certificate, 'base64'), passphrase });
  } catch {
    report(
      connectionOptionName('apple.certificate', debug),
      `takes a PKCS#12 file in base64 that ${connectionOptionName('apple.certificate_password', debug)} opens`,
    );
  }
}
