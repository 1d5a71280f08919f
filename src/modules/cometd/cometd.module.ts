import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessKeysModule } from '../access-keys/index.js';
import { Configuration, OptionsModule } from '../options/index.js';
import { BayeuxServer } from './bayeux-server.js';
import { CometEventRepository } from './comet-event.repository.js';
import { CometHandshakeRepository } from './comet-handshake.repository.js';
import { CometHandshakes } from './comet-handshakes.js';
import { CometMail } from './comet-mail.js';
import { CometSessionEndRepository } from './comet-session-end.repository.js';
import { CometSessionRepository } from './comet-session.repository.js';
import { CometSessions } from './comet-sessions.js';
import { CometUpkeepRepository } from './comet-upkeep.repository.js';
import { CometdMetrics } from './cometd-metrics.js';
import { cometdSection } from './cometd-section.js';
import { CometdSweep } from './cometd.sweep.js';
import { HttpTransport } from './http-transport.js';
import { Handovers } from './handovers.js';
import { MailBell } from './mail-bell.js';
import { MailDelivery } from './mail-delivery.js';
import { CometServiceChannels } from './service-channels.js';
import { SessionEnds } from './session-ends.js';
import { SessionKeeper } from './session-keeper.js';
import { CometSessionLife } from './session-life.js';
import { SessionRegistry } from './session-registry.js';
import { SessionWatch } from './session-watch.js';
import { WebSocketTransport } from './websocket-transport.js';
import { CometClockEntity } from './comet-clock.entity.js';
import { CometEventEntity } from './comet-event.entity.js';
import { CometSessionEndEntity } from './comet-session-end.entity.js';
import { CometSessionEntity } from './comet-session.entity.js';
import { CometUserEntity } from './comet-user.entity.js';

/**
 * Glossary. *Mail*: events for one user. *Log*: all mail of a user, numbered in the order of
 * commits. *Session*: a client's place, its *cursor*, in its user's log. *Held connect*: a request
 * that waits for mail. *Owner*: the node that answered for a session last. *To roam*: to come to
 * several nodes in turn. *Bell*: word that a user has mail.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      CometClockEntity,
      CometEventEntity,
      CometSessionEndEntity,
      CometSessionEntity,
      CometUserEntity,
    ]),
    AccessKeysModule,
    OptionsModule,
  ],
  providers: [
    CometEventRepository,
    CometHandshakeRepository,
    CometSessionEndRepository,
    CometSessionRepository,
    CometUpkeepRepository,
    SessionRegistry,
    SessionKeeper,
    CometdMetrics,
    MailDelivery,
    MailBell,
    CometMail,
    CometHandshakes,
    CometSessions,
    Handovers,
    CometSessionLife,
    SessionEnds,
    CometServiceChannels,
    SessionWatch,
    BayeuxServer,
    HttpTransport,
    WebSocketTransport,
    CometdSweep,
  ],
  exports: [CometMail, CometSessionLife, CometServiceChannels],
})
export class CometdModule {
  constructor(configuration: Configuration) {
    configuration.register({ schema: cometdSection });
  }
}
