import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** How long no node was able to write: sessions are not lost by an outage of ours. */
@Entity('comet_clock', { comment: 'one row: when a node was last able to write' })
@Check('comet_clock_only_row_check', 'only_row')
export class CometClockEntity {
  @PrimaryColumn('boolean', {
    name: 'only_row',
    default: () => 'true',
    primaryKeyConstraintName: 'comet_clock_pkey',
  })
  onlyRow!: boolean;

  @Column('timestamptz', { name: 'beat_at', default: () => 'now()' })
  beatAt!: Date;

  @Column('interval', {
    default: () => `'00:00:00'`,
    comment: 'how long nobody was able to, while it counts',
  })
  lapse!: string;

  @Column('timestamptz', { name: 'lapse_until', default: () => `'-infinity'` })
  lapseUntil!: Date;
}
