import { ApiProperty } from '@nestjs/swagger';
import { OtherMembers, Whole } from '../../core/dto/index.js';
import { maxTtlSeconds } from './domain/ttl.js';

/** The time to live in a path. */
export class StorageLifetime {
  @Whole({
    mandatory: true,
    min: 1,
    max: maxTtlSeconds,
    digits: /^\d{1,10}$/,
    takes: `whole seconds from 1 to ${String(maxTtlSeconds)}`,
    description: 'how long the keys live, seconds',
    example: 3600,
  })
  readonly ttl!: number;
}

/** Keys to be stored, as the fields of a form; files come in multipart. */
@OtherMembers({ type: 'string', description: 'the text or the file to be stored under the key' })
export class KeysToStore {}

/** Names the area in which keys were stored. */
export class StorageId {
  @ApiProperty({ type: 'string', example: '39a98e24-b03b-4191-b756-1efe8f3b16b8' })
  readonly id!: string;
}

/** All keys of an area. */
@OtherMembers({ type: 'string', description: 'the text under the key; of a file its link' })
export class StoredKeys {
  readonly [key: string]: string;
}
