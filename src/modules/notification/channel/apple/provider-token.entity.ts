import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A token that a provider of push was given, shared by all nodes. */
@Entity('push_provider_token')
export class ProviderTokenEntity {
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'push_provider_token_pkey',
    comment: 'a hash of the key, its id and its team',
  })
  key!: string;

  @Column('text')
  token!: string;

  @Column('timestamptz', { name: 'issued_at', default: () => 'now()' })
  issuedAt!: Date;
}
