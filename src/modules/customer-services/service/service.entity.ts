import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A service of a customer, with what it carries of its start and its end. */
@Entity('cs_service')
@Check(
  'cs_service_completed',
  '(completed_at IS NULL) = ((completed IS NULL) AND (completed_was IS NULL))',
)
@Check('cs_service_of_somebody', '(customer_id IS NOT NULL) OR (contact_key IS NOT NULL)')
@Index('cs_service_anonymous', ['tenant', 'contactKey', 'startedAt', 'id'], {
  where: 'customer_id IS NULL',
})
@Index('cs_service_completed_at', ['tenant', 'completedAt', 'id'], {
  where: 'completed_at IS NOT NULL',
})
@Index('cs_service_customer', ['tenant', 'customerId', 'startedAt', 'id'], {
  where: 'customer_id IS NOT NULL',
})
@Index('cs_service_started', ['tenant', 'startedAt', 'id'])
@Index('cs_service_sweep_at', ['sweepAt'])
export class ServiceEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'cs_service_pkey' })
  id!: string;

  @Column({
    type: 'text',
    collation: 'C',
    comment: 'of the headers ContactCenterId and GroupId; empty: neither was sent',
  })
  tenant!: string;

  @Column({ type: 'text', name: 'customer_id', collation: 'C', nullable: true })
  customerId!: string | null;

  @Column({ type: 'text', name: 'contact_key', collation: 'C', nullable: true })
  contactKey!: string | null;

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

  @Column('boolean', {
    name: 'life_explicit',
    comment: 'whether a caller set expires_at; else each write moves it',
  })
  lifeExplicit!: boolean;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('integer', {
    name: 'auto_complete_after',
    nullable: true,
    comment: 'seconds; null: as section cview says',
  })
  autoCompleteAfter!: number | null;

  @Column('timestamptz', {
    name: 'auto_complete_at',
    nullable: true,
    comment: 'when what is active is completed, unless somebody writes before',
  })
  autoCompleteAt!: Date | null;

  @Column('timestamptz', {
    name: 'sweep_at',
    comment:
      'not after expires_at and auto_complete_at; lags behind, so that most writes leave it alone',
  })
  sweepAt!: Date;

  @Column('json', { nullable: true })
  type!: unknown;

  @Column('json', { nullable: true })
  started!: unknown;

  @Column('json', { nullable: true })
  completed!: unknown;

  @Column('json', { nullable: true })
  extensions!: unknown;
}
