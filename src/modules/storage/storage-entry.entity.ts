import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A key of an area with its value, a text or bytes. */
@Entity('storage_entry')
@Check('storage_entry_text_or_bytes', '(value IS NULL) <> (bytes IS NULL)')
@Index('storage_entry_expires_at', ['expiresAt'], {
  where: `expires_at < 'infinity'::timestamp with time zone`,
})
export class StorageEntryEntity {
  @PrimaryColumn({
    type: 'text',
    name: 'area_id',
    collation: 'C',
    primaryKeyConstraintName: 'storage_entry_pkey',
  })
  areaId!: string;

  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'storage_entry_pkey' })
  key!: string;

  @Column('text', { nullable: true })
  value!: string | null;

  @Column('bytea', { nullable: true })
  bytes!: Buffer | null;

  @Column('text', { name: 'content_type', nullable: true })
  contentType!: string | null;

  @Column('text', { name: 'file_name', nullable: true })
  fileName!: string | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
