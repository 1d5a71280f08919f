import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An access number and from when it is free. */
@Entity('access_number')
@Index('access_number_free', ['pool', 'freeFrom', 'position'])
export class AccessNumberEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'access_number_pkey' })
  number!: string;

  @Column('text')
  display!: string;

  @Column('text', {
    array: true,
    comment: 'all groups it stands in, sorted; numbers of the same groups are one pool',
  })
  pool!: string[];

  @Column('integer')
  position!: number;

  @Column('timestamptz', {
    name: 'free_from',
    default: () => `'-infinity'`,
    comment: 'when its booking ends, or since when it is unused',
  })
  freeFrom!: Date;
}
