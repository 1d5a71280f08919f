import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A session of a Bayeux client, wherever it is served. */
@Entity('comet_session')
@Index('comet_session_due_at', ['dueAt'])
@Index('comet_session_user', ['userId'])
export class CometSessionEntity {
  @PrimaryColumn({
    type: 'text',
    name: 'client_id',
    collation: 'C',
    primaryKeyConstraintName: 'comet_session_pkey',
  })
  clientId!: string;

  @Column({ type: 'text', name: 'user_id', collation: 'C' })
  userId!: string;

  @Column('boolean')
  acknowledges!: boolean;

  @Column('text', { array: true, default: () => `'{}'` })
  subscriptions!: string[];

  @Column('boolean', { default: () => 'false' })
  connected!: boolean;

  @Column('bigint', { comment: 'everything up to this number has reached the client' })
  cursor!: string;

  @Column('integer', {
    default: 1,
    comment: 'grows whenever another node takes the session over',
  })
  epoch!: number;

  @Column('timestamptz', { name: 'seen_at', default: () => 'now()' })
  seenAt!: Date;

  @Column('timestamptz', {
    name: 'lost_at',
    nullable: true,
    comment: 'when those who follow sessions were told that it is lost',
  })
  lostAt!: Date | null;

  @Column('boolean', {
    default: () => 'false',
    comment: 'its client cannot come back, and its place is passed on no more',
  })
  ended!: boolean;

  @Column('timestamptz', {
    name: 'due_at',
    default: () => 'now()',
    comment: 'when the sweeper looks at it next',
  })
  dueAt!: Date;

  @Column('bigint', {
    nullable: true,
    comment: 'the highest number that was sent to the client; null: not known',
  })
  sent!: string | null;

  @Column('text', {
    nullable: true,
    comment: 'the id on the bus of the node that answers for it; null: not known',
  })
  owner!: string | null;
}
