import type { FieldValue } from '../../core/http/body/index.js';
import { userKey } from '../edge/index.js';

/**
 * Notes the end user with a service's data (docs/compatibility.md, Ids, time, users). A field that
 * claims a user gives way to the one who is known.
 */
export function tagUser(userData: Map<string, FieldValue>, user: string | undefined): void {
  if (user !== undefined) userData.set(userKey, user);
}
