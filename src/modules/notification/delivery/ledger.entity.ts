import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many deliveries ended in which way, also after they were swept. */
@Entity('push_ledger', { comment: 'how many there were of what has been swept' })
export class LedgerEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'push_ledger_pkey' })
  state!: string;

  @Column('bigint')
  count!: string;
}
