import { Injectable } from '@nestjs/common';
import { maskDeviceId } from '../push-type.js';
import type { DeliveryAnswer } from './delivery.dto.js';
import {
  DeliveryListRepository,
  type DeliveryQuery,
  type DeliveryRow,
} from './delivery-list.repository.js';

/** What became of events (docs/compatibility.md, Calls). */
@Injectable()
export class DeliveriesService {
  constructor(private readonly repository: DeliveryListRepository) {}

  /** The newest first. */
  async list(query: DeliveryQuery): Promise<DeliveryAnswer[]> {
    return (await this.repository.list(query)).map(answerOf);
  }
}

function answerOf(row: DeliveryRow): DeliveryAnswer {
  return {
    messageId: row.messageId,
    event: row.event,
    subscription: row.subscription,
    tag: row.tag,
    type: row.type,
    deviceId: maskDeviceId(row.type, row.deviceId),
    providerName: row.providerName,
    state: row.state,
    attempts: row.attempts,
    code: row.code,
    reason: row.reason,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    dueAt: row.dueAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
