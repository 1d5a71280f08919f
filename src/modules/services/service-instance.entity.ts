import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A service that was requested, by the id that its customer knows. */
@Entity('service_instance')
@Index('service_instance_expires_at', ['expiresAt'])
export class ServiceInstanceEntity {
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'service_instance_pkey',
  })
  id!: string;

  @Column('text', { comment: 'the configured service, section service.<name>' })
  name!: string;

  @Column('text', { comment: 'the base service' })
  type!: string;

  @Column({ type: 'text', name: 'data_id', collation: 'C', comment: 'its storage area' })
  dataId!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
