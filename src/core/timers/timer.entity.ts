import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Something that is to be done at an instant, by whichever node is there. */
@Entity('timer')
@Index('timer_try_at', ['kind', 'tryAt'])
export class TimerEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'timer_pkey' })
  kind!: string;

  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'timer_pkey' })
  key!: string;

  @Column({
    type: 'bigint',
    generated: 'identity',
    generatedIdentity: 'ALWAYS',
    comment: 'another at every setting of the same timer',
  })
  setting!: string;

  @Column('jsonb', { nullable: true })
  payload!: unknown;

  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;

  @Column('timestamptz', {
    name: 'try_at',
    comment: 'due_at, or later when its handler has failed',
  })
  tryAt!: Date;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;
}
