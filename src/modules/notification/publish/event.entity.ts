import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A published event, once, however many hear of it. */
@Entity('push_event')
@Unique('push_event_idempotency_key_key', ['idempotencyKey'])
@Index('push_event_keep_until', ['keepUntil'])
@Index('push_event_tag', ['tag'])
export class EventEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'push_event_pkey' })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  tag!: string;

  @Column('text')
  message!: string;

  @Column('boolean')
  localized!: boolean;

  @Column('jsonb', { name: 'arguments_was', nullable: true })
  argumentsWas!: unknown;

  @Column('integer', { comment: 'how many deliveries it was to be, for the ledger' })
  accepted!: number;

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

  @Column('timestamptz', { name: 'keep_until' })
  keepUntil!: Date;

  @Column('json', { nullable: true })
  arguments!: unknown;

  @Column('text', {
    name: 'idempotency_body',
    nullable: true,
    comment: 'a hash of what the call said',
  })
  idempotencyBody!: string | null;
}
