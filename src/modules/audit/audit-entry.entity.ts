import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Who changed what, and who was refused what: docs/operations/security.md. */
@Entity('audit_entry')
@Index('audit_entry_at', ['at'])
@Index('audit_entry_kind', ['kind', 'id'])
@Index('audit_entry_subject', ['subject', 'id'])
@Index('audit_entry_tally', ['tally'], { unique: true, where: 'tally IS NOT NULL' })
export class AuditEntryEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'option_audit_pkey',
  })
  id!: string;

  @Column('timestamptz', { default: () => 'now()' })
  at!: Date;

  @Column('text')
  actor!: string;

  @Column('text')
  action!: string;

  @Column({ type: 'text', collation: 'C' })
  subject!: string;

  @Column('jsonb', { nullable: true, comment: 'secrets masked; NULL: it was not there' })
  before!: unknown;

  @Column('jsonb', { nullable: true, comment: 'secrets masked; NULL: it is gone' })
  after!: unknown;

  @Column('text', { default: () => `'configuration'` })
  kind!: string;

  @Column('integer', {
    default: 1,
    comment: 'refusals of one caller, for one reason and within one minute',
  })
  calls!: number;

  @Column('timestamptz', { name: 'last_at', nullable: true })
  lastAt!: Date | null;

  @Column({
    type: 'text',
    collation: 'C',
    nullable: true,
    comment: 'caller, reason and minute of refusals; NULL: an entry of one call',
  })
  tally!: string | null;
}
