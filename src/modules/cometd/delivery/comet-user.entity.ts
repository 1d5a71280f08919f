import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A user who has mail; the lock of his row gives his events their order. */
@Entity('comet_user')
export class CometUserEntity {
  @PrimaryColumn({
    type: 'text',
    name: 'user_id',
    collation: 'C',
    primaryKeyConstraintName: 'comet_user_pkey',
  })
  userId!: string;

  @Column('bigint', {
    name: 'last_seq',
    default: 0,
    comment: 'the number of the newest event; its lock orders commits',
  })
  lastSeq!: string;

  @Column('timestamptz', { name: 'touched_at', default: () => 'now()' })
  touchedAt!: Date;
}
