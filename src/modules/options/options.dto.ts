import { ApiProperty } from '@nestjs/swagger';
import { Flag, OtherMembers, Text } from '../../core/dto/index.js';
import { AuditPageQuery } from '../audit/index.js';
import type { RawOptions } from '../../core/settings/index.js';

/** The query of GET …/admin/config/export. */
export class ExportQuery {
  @Flag({ description: 'whether secrets are shown, for administrators', example: true })
  readonly secrets: boolean = false;
}

/** The query of GET …/admin/config/audit. */
export class SectionAuditQuery extends AuditPageQuery {
  @Text({
    accepts: (name) => !name.includes('\0') && name.isWellFormed(),
    takes: 'the name of one section',
    example: 'resources.DNIS',
  })
  readonly section: string | undefined;
}

/** The options of a section, by their names. */
@OtherMembers(true)
export class SectionOptions {
  readonly [option: string]: unknown;
}

/** Sections by their names. */
@OtherMembers({ type: 'object', additionalProperties: true })
export class Sections {
  readonly [section: string]: RawOptions;
}

const options = { type: 'object', additionalProperties: true, nullable: true } as const;

/** A change of a section. */
export class SectionAudit {
  @ApiProperty({ type: 'integer', format: 'int64' })
  readonly id!: number;

  @ApiProperty({ type: 'string', format: 'date-time' })
  readonly at!: Date;

  @ApiProperty({ type: 'string' })
  readonly actor!: string;

  @ApiProperty({ type: 'string' })
  readonly action!: string;

  @ApiProperty({ type: 'string' })
  readonly section!: string;

  @ApiProperty({ ...options, description: 'what it was, secrets masked; null: not there' })
  readonly before!: RawOptions | null;

  @ApiProperty({ ...options, description: 'what it is now, secrets masked; null: gone' })
  readonly after!: RawOptions | null;
}
