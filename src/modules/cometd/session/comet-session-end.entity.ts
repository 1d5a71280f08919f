import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The end of a session that those who follow sessions are still to be told. */
@Entity('comet_session_end')
@Check('comet_session_end_kind_check', `kind IN ('disconnected', 'lost')`)
@Index('comet_session_end_due_at', ['dueAt'])
@Index('comet_session_end_ended_at', ['endedAt'])
export class CometSessionEndEntity {
  @PrimaryColumn({
    type: 'text',
    name: 'client_id',
    collation: 'C',
    primaryKeyConstraintName: 'comet_session_end_pkey',
  })
  clientId!: string;

  @Column({ type: 'text', name: 'user_id', collation: 'C' })
  userId!: string;

  @Column({ type: 'text', collation: 'C' })
  kind!: string;

  @Column('text', {
    default: () => `'{}'`,
    comment: 'what the disconnect carried, JSON as the client sent it',
  })
  ext!: string;

  @Column('integer', {
    default: 0,
    comment: 'grows with every lease; fences off a late node',
  })
  claims!: number;

  @Column('timestamptz', {
    name: 'due_at',
    default: () => 'now()',
    comment: 'when it is to be handed over, or when its lease ends',
  })
  dueAt!: Date;

  @Column('timestamptz', { name: 'ended_at', default: () => 'now()' })
  endedAt!: Date;
}
