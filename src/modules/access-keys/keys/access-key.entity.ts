import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../../../core/auth/index.js';

@Entity('access_key')
export class AccessKeyEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('bytea', { select: false })
  hash!: Buffer;

  @Column('text', { array: true })
  roles!: Role[];

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('text', { array: true, nullable: true })
  tenants!: string[] | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
