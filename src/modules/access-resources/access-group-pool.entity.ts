import { Entity, PrimaryColumn } from 'typeorm';

/** Which pools of numbers a resource group draws from. */
@Entity('access_group_pool')
export class AccessGroupPoolEntity {
  @PrimaryColumn('text', { name: 'group_name', primaryKeyConstraintName: 'access_group_pool_pkey' })
  groupName!: string;

  @PrimaryColumn('text', { array: true, primaryKeyConstraintName: 'access_group_pool_pkey' })
  pool!: string[];
}
