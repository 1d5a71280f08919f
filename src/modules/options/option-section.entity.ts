import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A section of options as the operator wrote it. */
@Entity('option_section')
@Check('option_section_is_map', `json_typeof(options) = 'object'`)
export class OptionSectionEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'option_section_pkey' })
  name!: string;

  @Column('json')
  options!: unknown;

  @Column('integer', { comment: 'the order in which sections were written' })
  position!: number;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
