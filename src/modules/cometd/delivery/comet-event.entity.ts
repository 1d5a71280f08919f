import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** The mail of comet users: each event once, under a number without gaps. */
@Entity('comet_event')
@Unique('comet_event_user_id_id_key', ['userId', 'id'])
@Index('comet_event_created_at', ['createdAt'])
export class CometEventEntity {
  @PrimaryColumn({
    type: 'text',
    name: 'user_id',
    collation: 'C',
    primaryKeyConstraintName: 'comet_event_pkey',
  })
  userId!: string;

  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'comet_event_pkey' })
  seq!: string;

  @Column({ type: 'text', collation: 'C' })
  id!: string;

  @Column('text')
  data!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
