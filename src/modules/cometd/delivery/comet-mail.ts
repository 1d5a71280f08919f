import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../../core/database/index.js';
import {
  type AppendedEvent,
  CometEventRepository,
  serializeEvent,
  type NewMail,
} from './comet-event.repository.js';
import { MailNotifier } from './mail-notifier.js';

/**
 * How other modules reach the live comet sessions of users (docs/compatibility.md, CometD,
 * Delivery).
 */
@Injectable()
export class CometMail {
  constructor(
    private readonly events: CometEventRepository,
    private readonly notifier: MailNotifier,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Appends mail to the logs of its users, inside the unit of work that is under way or in one of
   * its own. It reaches every live session of the user after the commit.
   */
  async send(mail: readonly NewMail[]): Promise<void> {
    if (mail.length === 0) return;
    await this.unitOfWork.join(async () => {
      const appended = await this.events.append(mail);
      this.unitOfWork.afterCommit(() => this.notifyUsers(appended));
    });
  }

  /** What `comet_append` takes as the data of an event: JSON, its id in it. */
  serializeEvent(id: string, data: NewMail['data']): string {
    return serializeEvent(id, data);
  }

  /**
   * Tells of mail that a statement of another module has stored with `comet_append`, once it has.
   */
  announce(appended: readonly AppendedEvent[]): void {
    this.notifyUsers(appended);
  }

  private notifyUsers(appended: readonly AppendedEvent[]): void {
    const byUser = new Map<string, AppendedEvent[]>();
    for (const event of appended) {
      const events = byUser.get(event.user);
      if (events === undefined) byUser.set(event.user, [event]);
      else events.push(event);
    }
    for (const [user, events] of byUser) {
      this.notifier.notify(
        user,
        events.sort((one, other) => one.seq - other.seq),
      );
    }
  }
}
