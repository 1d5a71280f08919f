import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: the texts of localized events. */
@Entity('push_localization')
@Check('push_localization_is_the_one_check', 'is_the_one')
export class LocalizationEntity {
  @PrimaryColumn('boolean', {
    name: 'is_the_one',
    default: () => 'true',
    primaryKeyConstraintName: 'push_localization_pkey',
  })
  isTheOne!: boolean;

  @Column('text')
  xml!: string;

  @Column('text', { name: 'uploaded_by' })
  uploadedBy!: string;

  @Column('timestamptz', { name: 'uploaded_at', default: () => 'clock_timestamp()' })
  uploadedAt!: Date;
}
