import { invalidParameter } from '../../../core/errors/index.js';
import type { PushProviders } from './push-providers.js';

/** @throws DomainError InvalidParameter when a provider is named that there is not */
export function requireProvider(providers: PushProviders, provider: string | undefined): void {
  if (provider === undefined || providers.exists(provider)) return;
  throw invalidParameter('providerName', 'the name of a section push.provider.<name>');
}
