import { ApiProperty } from '@nestjs/swagger';
import { type PushType, pushTypes } from '../push-type.js';

const text = { type: 'string' as const };
const textOrNull = { ...text, nullable: true };
const instant = { ...text, format: 'date-time' };
const uuid = { ...text, format: 'uuid' };

/** Names a subscription that was made. */
export class SubscriptionId {
  @ApiProperty(uuid) readonly id!: string;
}

/** One of GET /notification/subscription. */
export class SubscriptionAnswer {
  @ApiProperty(uuid) readonly id!: string;
  @ApiProperty(text) readonly subscriberId!: string;
  @ApiProperty(text) readonly filter!: string;
  @ApiProperty({ ...text, enum: [...pushTypes] }) readonly type!: PushType;

  @ApiProperty({ ...text, description: 'tokens are cut short: who has one can push to the device' })
  readonly deviceId!: string;

  @ApiProperty(textOrNull) readonly providerName!: string | null;
  @ApiProperty(textOrNull) readonly language!: string | null;
  @ApiProperty({ type: 'boolean' }) readonly debug!: boolean;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  readonly properties!: Readonly<Record<string, string>>;

  @ApiProperty(instant) readonly createdAt!: string;
  @ApiProperty(instant) readonly expiresAt!: string;

  @ApiProperty({ ...text, enum: ['active', 'ended'] })
  readonly state!: 'active' | 'ended';

  @ApiProperty({ ...textOrNull, description: 'why it ended before its time, as Unregistered' })
  readonly endCode!: string | null;

  @ApiProperty(textOrNull) readonly endReason!: string | null;
}
