import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** An effect outside of the database that is to be had after a commit. */
@Entity('outbox_effect')
@Unique('outbox_effect_key', ['kind', 'key'])
@Check('outbox_effect_finished', `(state = 'pending') = (finished_at IS NULL)`)
@Check('outbox_effect_state', `state IN ('pending', 'done', 'dead')`)
@Index('outbox_effect_dead', ['finishedAt'], { where: `state = 'dead'` })
@Index('outbox_effect_done', ['finishedAt'], { where: `state = 'done'` })
@Index('outbox_effect_pending', ['kind', 'lane', 'dueAt'], { where: `state = 'pending'` })
export class OutboxEffectEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'outbox_effect_pkey',
  })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  kind!: string;

  @Column({ type: 'text', collation: 'C' })
  key!: string;

  @Column({ type: 'text', collation: 'C', default: () => `''` })
  lane!: string;

  @Column('jsonb', { nullable: true })
  payload!: unknown;

  @Column('text', { default: () => `'pending'` })
  state!: string;

  @Column('timestamptz', {
    name: 'due_at',
    comment: 'when a worker may take it; while one has it, when its lease ends',
  })
  dueAt!: Date;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('integer', {
    default: 0,
    comment: 'how often it was taken; with the id it fences off a worker whose lease was lost',
  })
  claims!: number;

  @Column('text', {
    name: 'taken_by',
    nullable: true,
    comment: 'the node that has it; null: nobody',
  })
  takenBy!: string | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
