import { Global, Module } from '@nestjs/common';
import { EdgeSettings } from './edge-settings.js';
import { EdgeMount } from './mount-edge.js';
import { UserTokenVerifier } from './user-token-verifier.js';

/**
 * Glossary. *Edge*: what every request passes before it means anything: its id, its path without
 * old prefixes, the origin of the page that sent it, its end user, its body as the documents have
 * it. *gms_user*: the end user that a request names. *External base*: what links begin with.
 */
@Global()
@Module({
  providers: [EdgeMount, EdgeSettings, UserTokenVerifier],
  exports: [EdgeMount, EdgeSettings],
})
export class EdgeModule {}
