import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An area of temporary storage: whose it is, and how long it lives. */
@Entity('storage_area')
@Index('storage_area_expires_at', ['expiresAt'])
export class StorageAreaEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'storage_area_pkey' })
  id!: string;

  @Column('text', {
    nullable: true,
    comment: 'the gms_user of a custom area; null: anybody who knows the id',
  })
  owner!: string | null;

  @Column('boolean', {
    default: () => 'false',
    comment: 'its end is set by the service that owns it',
  })
  bound!: boolean;

  @Column('timestamptz', {
    name: 'kept_until',
    default: () => `'-infinity'`,
    comment: 'until then it lives without any key',
  })
  keptUntil!: Date;

  @Column('timestamptz', {
    name: 'expires_at',
    comment: 'nothing in it lives longer; never below the end of any of its keys',
  })
  expiresAt!: Date;
}
