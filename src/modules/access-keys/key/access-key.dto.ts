import { ApiProperty } from '@nestjs/swagger';
import { type Role, roles } from '../../../core/identity/index.js';
import {
  Instant,
  KnownMembersOnly,
  ListOf,
  oneOfKind,
  Text,
  textKind,
} from '../../../core/dto/index.js';
import { isUserName } from '../../edge/index.js';

const role = oneOfKind(roles);

const tenant = textKind({
  trim: true,
  accepts: isUserName,
  takes: '1 to 255 characters, none of them a control character',
});

/** The body of POST …/admin/keys. */
@KnownMembersOnly()
export class NewKey {
  @Text({
    mandatory: true,
    ...{ min: 1, max: 255, trim: true, pattern: /^\P{Cc}*$/u },
    takes: '1 to 255 characters, none of them a control character',
  })
  readonly name!: string;

  @ListOf(role, {
    mandatory: true,
    ...{ min: 1, unique: true },
    takes: `a list of at least one of ${roles.join(', ')}`,
  })
  readonly roles!: readonly Role[];

  @Instant({
    empty: 'value',
    takes: 'an instant in ISO 8601, as 2030-01-31T12:00:00Z',
    description: 'when the key ends; absent: never',
  })
  readonly expiresAt: Date | undefined;

  @ListOf(tenant, {
    ...{ min: 1, max: 1000, unique: true },
    takes: 'a list of 1 to 1000 values of ContactCenterId',
    description: 'the values of ContactCenterId that the key is for; absent: all tenants',
  })
  readonly tenants: readonly string[] | undefined;
}

/** The answer to POST …/admin/keys. */
export class MadeKey {
  @ApiProperty({ type: 'string', format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ type: 'string', description: 'the key itself, shown this once' })
  readonly key!: string;
}

const instant = { type: 'string', format: 'date-time' } as const;

/** One key of GET …/admin/keys. */
export class ListedKey {
  @ApiProperty({ type: 'string', format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ type: 'string' })
  readonly name!: string;

  @ApiProperty({ type: 'string', enum: [...roles], isArray: true })
  readonly roles!: readonly Role[];

  @ApiProperty({
    type: 'array',
    items: { type: 'string' },
    nullable: true,
    description: 'the values of ContactCenterId that it is for; null: all tenants',
  })
  readonly tenants!: readonly string[] | null;

  @ApiProperty({ ...instant, nullable: true, description: 'null when it never ends' })
  readonly expiresAt!: string | null;

  @ApiProperty(instant)
  readonly createdAt!: string;

  @ApiProperty({
    ...instant,
    nullable: true,
    description: 'true to about a minute; null when it was never used',
  })
  readonly lastUsedAt!: string | null;
}
