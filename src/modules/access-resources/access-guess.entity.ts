import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Codes that were tried in vain, by what they are counted by. */
@Entity('access_guess')
export class AccessGuessEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'access_guess_pkey' })
  number!: string;

  @Column('integer')
  wrong!: number;

  @Column('timestamptz', { name: 'ends_at' })
  endsAt!: Date;

  @Column('integer', {
    default: 0,
    comment: 'calls with a code that were let in and are not known to be right or wrong yet',
  })
  judging!: number;
}
