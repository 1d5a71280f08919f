import { Injectable } from '@nestjs/common';
import type { FieldValue } from '../../core/http/body/index.js';
import { EdgeSettings } from '../edge/index.js';

const key = 'gms_user';

/** Keeps the end user with a service's data, under the key `gms_user` (conventions.md). */
@Injectable()
export class UserMark {
  constructor(private readonly edge: EdgeSettings) {}

  /**
   * Notes the user in the data of a new service. A field that claims a user gives way to the one
   * who is known, and where tokens prove the user, to nobody.
   */
  note(userData: Map<string, FieldValue>, user: string | undefined): void {
    if (user !== undefined) userData.set(key, user);
    else this.dropClaim(userData);
  }

  /** Takes a claimed user out of data that is added later, where tokens prove the user. */
  dropClaim(userData: Map<string, FieldValue>): void {
    if (this.edge.current.gmsUser === 'jwt') userData.delete(key);
  }
}
