import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** Who hears of which events, by which channel. */
@Entity('push_subscription')
@Unique('push_subscription_idempotency_key_key', ['idempotencyKey'])
@Index('push_subscription_created_at', ['createdAt'])
@Index('push_subscription_ended_at', ['endedAt'], { where: 'ended_at IS NOT NULL' })
@Index('push_subscription_expires_at', ['expiresAt'])
@Index('push_subscription_filter', ['filter'], { where: 'ended_at IS NULL' })
@Index('push_subscription_subscriber', ['subscriberId'])
export class SubscriptionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'push_subscription_pkey' })
  id!: string;

  @Column({ type: 'text', name: 'subscriber_id', collation: 'C' })
  subscriberId!: string;

  @Column({ type: 'text', collation: 'C' })
  filter!: string;

  @Column({ type: 'text', collation: 'C' })
  type!: string;

  @Column({ type: 'text', name: 'device_id', collation: 'C', comment: 'for comet the user' })
  deviceId!: string;

  @Column({ type: 'text', collation: 'C', nullable: true })
  provider!: string | null;

  @Column('boolean')
  debug!: boolean;

  @Column({ type: 'text', collation: 'C', nullable: true })
  language!: string | null;

  @Column('text', { name: 'authorization_header', nullable: true })
  authorizationHeader!: string | null;

  @Column('jsonb')
  properties!: unknown;

  @Column({ type: 'text', collation: 'C', comment: 'what concurrency and breakers count by' })
  lane!: string;

  @Column({
    type: 'text',
    name: 'idempotency_key',
    collation: 'C',
    nullable: true,
    comment: 'a hash of caller, user, call and key',
  })
  idempotencyKey!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('text', { name: 'end_code', nullable: true })
  endCode!: string | null;

  @Column('text', { name: 'end_reason', nullable: true })
  endReason!: string | null;

  @Column('text', {
    name: 'idempotency_body',
    nullable: true,
    comment: 'a hash of what the call said',
  })
  idempotencyBody!: string | null;
}
