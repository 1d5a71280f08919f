import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: it grows with every change of options, so that nodes notice. */
@Entity('option_version')
@Check('option_version_is_one', 'only_one')
export class OptionVersionEntity {
  @PrimaryColumn('boolean', {
    name: 'only_one',
    default: () => 'true',
    primaryKeyConstraintName: 'option_version_pkey',
  })
  onlyOne!: boolean;

  @Column('bigint')
  version!: string;
}
