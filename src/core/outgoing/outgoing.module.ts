import { Global, Module } from '@nestjs/common';
import { HostResolver } from './host-resolver.js';
import { OutgoingCalls } from './outgoing-calls.js';
import { OutgoingSettings } from './outgoing-settings.js';

/**
 * Glossary. *Guarded call*: one whose target a caller of ours chose, so that it must not lead into
 * the operator's network. *Trusted call*: one whose target the operator chose. *Route*: an origin
 * that is called.
 */
@Global()
@Module({
  providers: [OutgoingSettings, HostResolver, OutgoingCalls],
  exports: [OutgoingSettings, OutgoingCalls],
})
export class OutgoingModule {}
