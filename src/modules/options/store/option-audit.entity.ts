import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { GivenOptions } from '../section-schema.js';

@Entity('option_audit')
export class OptionAuditEntity {
  /** A bigint, which the driver hands over as text. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column('timestamptz', { default: () => 'now()' })
  at!: Date;

  @Column('text')
  actor!: string;

  @Column('text')
  action!: string;

  @Column('text')
  section!: string;

  @Column('jsonb', { nullable: true })
  before!: GivenOptions | null;

  @Column('jsonb', { nullable: true })
  after!: GivenOptions | null;
}
