import { invalidParameter } from '../../../core/errors/index.js';
import type { PushProviders } from './push-providers.js';

/** @throws DomainError InvalidParameter when a provider is named that there is not */
export function requireProvider(
  providers: PushProviders,
  provider: string | undefined,
  parameter = 'providerName',
): void {
  if (provider === undefined || providers.exists(provider)) return;
  throw invalidParameter(parameter, 'the name of a section push.provider.<name>');
}
