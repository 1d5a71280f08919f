import { Global, Module } from '@nestjs/common';
import { Bus } from './bus.js';
import { PostgresBus } from './postgres-bus.js';

/**
 * Glossary. *Wake-up*: word to all nodes that something changed, never what. *Topic*: what kind of
 * thing, as `options`. *Key*: which one. *Listener*: whoever looks again when woken.
 */
@Global()
@Module({ providers: [{ provide: Bus, useClass: PostgresBus }], exports: [Bus] })
export class BusModule {}
