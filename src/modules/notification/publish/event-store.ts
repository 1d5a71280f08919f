import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment } from '../../../core/config/index.js';
import { UnitOfWork } from '../../../core/database/index.js';
import { CometMail, type NewMail } from '../../cometd/index.js';
import type { ClaimedDelivery } from '../delivery/delivery.js';
import { leaseMs } from '../delivery/delivery-result-writer.js';
import { filtersThatMatch } from '../domain/event-tag.js';
import { Localization } from '../localization/localization.js';
import { PushProviders } from '../provider/push-providers.js';
import type { NewEvent } from '../event.js';
import { CometPublishRepository } from './comet-publish.repository.js';
import {
  type CometDelivery,
  type EventRecord,
  EventRepository,
  type StoredEvent,
} from './event.repository.js';
import type { IdempotencyKey } from '../idempotency.js';

/** How many deliveries of one event the node that stores it begins itself. */
const maxOwnDeliveries = 500;

/** Keeps events: an event, its deliveries and its comet mail are stored together or not at all. */
@Injectable()
export class EventStore {
  constructor(
    private readonly events: EventRepository,
    private readonly cometEvents: CometPublishRepository,
    private readonly mail: CometMail,
    private readonly localization: Localization,
    private readonly providers: PushProviders,
    private readonly unitOfWork: UnitOfWork,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /**
   * @param id a UUID
   * @param lane of the event's target
   * @param key the `Idempotency-Key` of the call: of its repeat nothing is stored
   */
  async store(
    id: string,
    event: NewEvent,
    lane: string,
    key: IdempotencyKey | undefined,
  ): Promise<StoredEvent> {
    const terms = { node: this.environment.nodeId, maxDeliveries: maxOwnDeliveries, leaseMs };
    const record = { id, event, key, terms };
    if (event.isLocalized) return this.storeLocalized(record, lane);
    // The same for all: one statement, and no transaction around it.
    const { message, tag, target } = event;
    const mail = this.mail.serializeEvent(mailId(id), { message, tag });
    const stored =
      target?.type === 'comet'
        ? await this.cometEvents.store({ id, event, key, target, mail })
        : await this.storeDeliveries({ ...record, mail }, lane);
    this.mail.announce(
      stored.comet.flatMap(({ deviceId, mailSeq }) =>
        mailSeq === null ? [] : [{ user: deviceId, seq: mailSeq, data: mail }],
      ),
    );
    return stored;
  }

  /** Each user gets the text of their language, which is known once it is known who they are. */
  private storeLocalized(record: Omit<EventRecord, 'mail'>, lane: string): Promise<StoredEvent> {
    return this.unitOfWork.run(async () => {
      const stored = await this.storeDeliveries({ ...record, mail: null }, lane);
      await this.mail.send(this.localizedMail(record.id, stored.comet));
      return stored;
    });
  }

  private storeDeliveries(record: EventRecord, lane: string): Promise<StoredEvent<CometDelivery>> {
    const { target, tag } = record.event;
    if (target) return this.events.publishDirect(record, { ...target, lane });
    const { pushEnabled } = this.providers.settings;
    return this.events.publish(record, filtersThatMatch(tag), pushEnabled);
  }

  /**
   * Who subscribed in several languages gets one of them; the id is the event's. All of one language get
   * the same object.
   */
  private localizedMail(id: string, deliveries: readonly ClaimedDelivery[]): NewMail[] {
    const byLanguage = new Map<string | null, NewMail['data']>();
    return deliveries.map(({ event, language, deviceId }) => {
      const data = byLanguage.get(language) ?? {
        message: this.localization.localize(event, language ?? undefined),
        tag: event.tag,
      };
      byLanguage.set(language, data);
      return { user: deviceId, id: mailId(id), data };
    });
  }
}

function mailId(uuid: string): string {
  return uuid.replaceAll('-', '');
}
