import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A customer who waits for a call: the number he was given, from where and with which code he may call it, and until when. */
@Entity('access_grant')
@Index('access_grant_booked', ['number'], { unique: true, where: 'booked' })
@Index('access_grant_code', ['number', 'code'], { unique: true, where: 'code IS NOT NULL' })
@Index('access_grant_expires_at', ['expiresAt'])
@Index('access_grant_number', ['number'])
export class AccessGrantEntity {
  @PrimaryColumn({
    type: 'text',
    name: 'owner_id',
    collation: 'C',
    primaryKeyConstraintName: 'access_grant_pkey',
  })
  ownerId!: string;

  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' })
  sequence!: string;

  @Column('text', { name: 'group_name' })
  groupName!: string;

  @Column({ type: 'text', collation: 'C' })
  number!: string;

  @Column('text')
  display!: string;

  @Column('text', { nullable: true })
  ani!: string | null;

  @Column('text', { nullable: true })
  code!: string | null;

  @Column('boolean')
  booked!: boolean;

  @Column('timestamptz', { name: 'booked_until' })
  bookedUntil!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'matched_at', nullable: true })
  matchedAt!: Date | null;
}
