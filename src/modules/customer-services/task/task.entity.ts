import { Check, Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** A task of a service. */
@Entity('cs_task')
@Check(
  'cs_task_completed',
  '(completed_at IS NULL) = ((completed IS NULL) AND (completed_was IS NULL))',
)
export class TaskEntity {
  @PrimaryColumn('uuid', { name: 'service_id', primaryKeyConstraintName: 'cs_task_pkey' })
  serviceId!: string;

  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'cs_task_pkey',
  })
  id!: string;

  @Column('bigint', { name: 'state_id', nullable: true })
  stateId!: string | null;

  @Column('jsonb', {
    name: 'type_was',
    nullable: true,
    comment: 'as it was before type was json; counts while that is null',
  })
  typeWas!: unknown;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('jsonb', {
    name: 'started_was',
    nullable: true,
    comment: 'as it was before started was json; counts while that is null',
  })
  startedWas!: unknown;

  @Column('integer', { name: 'est_duration', nullable: true })
  estDuration!: number | null;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;

  @Column('jsonb', {
    name: 'completed_was',
    nullable: true,
    comment: 'as it was before completed was json; counts while that is null',
  })
  completedWas!: unknown;

  @Column('jsonb', {
    name: 'extensions_was',
    nullable: true,
    comment: 'as it was before extensions was json; counts while that is null',
  })
  extensionsWas!: unknown;

  @Column('json', { nullable: true })
  type!: unknown;

  @Column('json', { nullable: true })
  started!: unknown;

  @Column('json', { nullable: true })
  completed!: unknown;

  @Column('json', { nullable: true })
  extensions!: unknown;
}
