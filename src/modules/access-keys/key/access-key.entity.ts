import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from '../../../core/identity/index.js';

/** A key of the API: what it may do, and for whom. Of the key itself there is a hash alone. */
@Entity('access_key')
@Unique('access_key_hash', ['hash'])
@Unique('access_key_name', ['name'])
@Check('access_key_has_roles', 'cardinality(roles) > 0')
export class AccessKeyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'access_key_pkey' })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  name!: string;

  @Column('bytea', {
    select: false,
    comment: 'SHA-256 of the key, which itself is nowhere; a key has 256 random bits',
  })
  hash!: Buffer;

  @Column('text', { array: true })
  roles!: Role[];

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', {
    name: 'last_used_at',
    nullable: true,
    comment: 'true to about a minute',
  })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true, comment: 'null: it never ends' })
  expiresAt!: Date | null;

  @Column('text', {
    array: true,
    nullable: true,
    comment: 'values of ContactCenterId; null: all tenants',
  })
  tenants!: string[] | null;
}
