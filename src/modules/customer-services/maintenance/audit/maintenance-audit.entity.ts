import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Who purged or exported which services of Context Services. */
@Entity('cs_maintenance_audit')
@Index('cs_maintenance_audit_begun', ['begunAt'])
@Index('cs_maintenance_audit_tenant', ['tenant', 'id'])
export class MaintenanceAuditEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'cs_maintenance_audit_pkey',
  })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  tenant!: string;

  @Column('text')
  operation!: string;

  @Column('jsonb')
  parameters!: unknown;

  @Column('text')
  who!: string;

  @Column('timestamptz', { name: 'begun_at', default: () => 'now()' })
  begunAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('bigint', { default: 0 })
  services!: string;

  @Column('text', { nullable: true, comment: 'null: under way, or its node died' })
  outcome!: string | null;
}
