import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../core/database/index.js';
import { CometEventRepository } from './comet-event.repository.js';

/** One event for one user. */
export interface NewMail {
  /** The end user, as `gms_user` names them. */
  readonly user: string;
  /** 32 hexadecimal digits; mail of an id that the user has already is not sent again. */
  readonly id: string;
  /** What goes out on `/_genesys` as `data`; `id` is added to it. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** How other modules reach the live comet sessions of users (cometd.md, Delivery model). */
@Injectable()
export class CometMail {
  constructor(
    private readonly events: CometEventRepository,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Appends mail to the logs of its users, inside the unit of work that is under way or in one of
   * its own. It reaches every live session of the user after the commit.
   */
  async send(mail: readonly NewMail[]): Promise<void> {
    await this.unitOfWork.join(async () => {
      await this.events.append(mail);
    });
  }
}
