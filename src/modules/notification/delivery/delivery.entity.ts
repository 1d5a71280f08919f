import { Check, Column, Entity, Generated, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One event on its way to one subscription. */
@Entity('push_delivery')
@Check('push_delivery_state_check', `state IN ('pending', 'delivered', 'dead', 'expired')`)
@Index('push_delivery_due', ['lane', 'dueAt'], { where: `state = 'pending'` })
@Index('push_delivery_ended', ['state', 'endedAt'], { where: `state <> 'pending'` })
@Index('push_delivery_event', ['eventId'])
@Index('push_delivery_expires_at', ['expiresAt'], { where: `state = 'pending'` })
@Index('push_delivery_failed', ['state', 'seq'], { where: `state IN ('dead', 'expired')` })
@Index('push_delivery_subscription', ['subscriptionId'], { where: `state = 'pending'` })
@Index('push_delivery_subscription_ended', ['subscriptionId', 'seq'], {
  where: `state <> 'pending'`,
})
export class DeliveryEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'push_delivery_pkey',
  })
  seq!: string;

  @Column('uuid', { name: 'message_id' })
  @Generated('uuid')
  messageId!: string;

  @Column('uuid', { name: 'event_id' })
  eventId!: string;

  @Column('uuid', { name: 'subscription_id', nullable: true })
  subscriptionId!: string | null;

  @Column({ type: 'text', collation: 'C' })
  type!: string;

  @Column('text', { name: 'device_id' })
  deviceId!: string;

  @Column('text', { nullable: true })
  provider!: string | null;

  @Column('boolean')
  debug!: boolean;

  @Column('text', { nullable: true })
  language!: string | null;

  @Column('text', { name: 'authorization_header', nullable: true })
  authorizationHeader!: string | null;

  @Column({ type: 'text', collation: 'C' })
  lane!: string;

  @Column({ type: 'text', collation: 'C' })
  state!: string;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('integer', {
    default: 0,
    comment: 'grows with every lease; fences off a late worker',
  })
  claims!: number;

  @Column('text', { name: 'taken_by', nullable: true })
  takenBy!: string | null;

  @Column('timestamptz', {
    name: 'due_at',
    comment: 'when it is to be tried, or when its lease ends',
  })
  dueAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('text', { name: 'last_code', nullable: true })
  lastCode!: string | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
