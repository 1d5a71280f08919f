import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessKeysModule } from '../access-keys/index.js';
import { OptionsModule } from '../options/index.js';
import { BayeuxServer } from './bayeux-server.js';
import { CometEventRepository } from './delivery/comet-event.repository.js';
import { CometHandshakeRepository } from './session/comet-handshake.repository.js';
import { CometHandshakes } from './session/comet-handshakes.js';
import { CometMail } from './delivery/comet-mail.js';
import { CometSessionEndRepository } from './session/comet-session-end.repository.js';
import { CometSessionRepository } from './session/comet-session.repository.js';
import { SessionDirectory } from './session-directory.js';
import { CometMaintenanceRepository } from './session/comet-maintenance.repository.js';
import { CometdMetrics } from './session/cometd-metrics.js';
import { cometdSection } from './cometd.section.js';
import { CometdSweep } from './cometd.sweep.js';
import { HttpTransport } from './transport/http-transport.js';
import { PendingHandoffs } from './session/pending-handoffs.js';
import { MailNotifier } from './delivery/mail-notifier.js';
import { MailDelivery } from './delivery/mail-delivery.js';
import { CometServiceChannels } from './session/service-channels.js';
import { SessionEndNotifier } from './session/session-end-notifier.js';
import { SessionPersister } from './session/session-persister.js';
import { CometSessionLife } from './session/session-life.js';
import { SessionRegistry } from './session/session-registry.js';
import { SessionMonitor } from './session-monitor.js';
import { CometdMount } from './transport/mount-cometd.js';
import { WebSocketTransport } from './transport/websocket-transport.js';
import { CometClockEntity } from './session/comet-clock.entity.js';
import { CometEventEntity } from './delivery/comet-event.entity.js';
import { CometSessionEndEntity } from './session/comet-session-end.entity.js';
import { CometSessionEntity } from './session/comet-session.entity.js';
import { CometUserEntity } from './delivery/comet-user.entity.js';
import { Configuration } from '../../core/settings/index.js';

/**
 * Glossary. *Mail*: events for one user. *Log*: all mail of a user, numbered in the order of
 * commits. *Session*: a client's place, its *cursor*, in its user's log. *Held connect*: a request
 * that waits for mail. *Owner*: the node that answered for a session last. *Migrating*: of a
 * session whose connects come to several nodes in turn. *Wake-up*: word that a user has mail.
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
    CometMaintenanceRepository,
    SessionRegistry,
    SessionPersister,
    CometdMetrics,
    MailDelivery,
    MailNotifier,
    CometMail,
    CometHandshakes,
    SessionDirectory,
    PendingHandoffs,
    CometSessionLife,
    SessionEndNotifier,
    CometServiceChannels,
    SessionMonitor,
    BayeuxServer,
    HttpTransport,
    WebSocketTransport,
    CometdMount,
    CometdSweep,
  ],
  exports: [CometdMount, CometMail, CometSessionLife, CometServiceChannels],
})
export class CometdModule {
  constructor(configuration: Configuration) {
    configuration.register({ schema: cometdSection });
  }
}
