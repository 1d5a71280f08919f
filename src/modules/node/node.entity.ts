import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A process of this server, alive as long as it is seen. */
@Entity('node')
@Check('node_status', `status IN ('ONLINE', 'OFFLINE')`)
export class NodeEntity {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'node_pkey' })
  id!: string;

  @Column('text', { default: () => `'ONLINE'` })
  status!: string;

  @Column('text')
  version!: string;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'seen_at', comment: 'its last heartbeat' })
  seenAt!: Date;

  @Column('timestamptz', {
    name: 'stopped_at',
    nullable: true,
    comment: 'when it stopped of its own; null while it runs',
  })
  stoppedAt!: Date | null;
}
