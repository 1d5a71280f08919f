import { ApiProperty } from '@nestjs/swagger';
import { type DeliveryState, deliveryStates } from '../notification.dto.js';
import { type PushType, pushTypes } from '../push-type.js';

const text = { type: 'string' as const };
const textOrNull = { ...text, nullable: true };
const instant = { ...text, format: 'date-time' };
const uuid = { ...text, format: 'uuid' };
const instantOrNull = { ...instant, nullable: true };

/** One of GET /notification/deliveries. */
export class DeliveryAnswer {
  @ApiProperty({ ...text, pattern: '^[0-9a-f]{32}$' }) readonly messageId!: string;
  @ApiProperty(uuid) readonly event!: string;

  @ApiProperty({ ...uuid, nullable: true, description: 'null: the event named the device' })
  readonly subscription!: string | null;

  @ApiProperty(text) readonly tag!: string;
  @ApiProperty({ ...text, enum: [...pushTypes] }) readonly type!: PushType;
  @ApiProperty(text) readonly deviceId!: string;
  @ApiProperty(textOrNull) readonly providerName!: string | null;

  @ApiProperty({ ...text, enum: [...deliveryStates] })
  readonly state!: DeliveryState;

  @ApiProperty({ type: 'integer' }) readonly attempts!: number;

  @ApiProperty({ ...textOrNull, description: 'of the last failure; null when there was none' })
  readonly code!: string | null;

  @ApiProperty(textOrNull) readonly reason!: string | null;
  @ApiProperty(instant) readonly createdAt!: string;
  @ApiProperty(instant) readonly expiresAt!: string;

  @ApiProperty({ ...instantOrNull, description: 'when a pending one is tried again' })
  readonly dueAt!: string | null;

  @ApiProperty(instantOrNull) readonly endedAt!: string | null;
}
