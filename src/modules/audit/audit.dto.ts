import { ApiProperty } from '@nestjs/swagger';
import { OneOf, Whole } from '../../core/dto/index.js';
import { type AuditKind, auditKinds } from './audit-entry.js';

const limit = {
  ...{ min: 1, max: 1000, digits: /^\d{1,9}$/ },
  description: 'how many entries at most',
  example: 100,
};

const before = {
  ...{ min: 0, max: 999_999_999_999_999, digits: /^\d{1,15}$/ },
  takes: 'the id of an entry',
  description: 'the id of the last entry of the page before',
  example: 1200,
};

/** A page of an audit. */
export class AuditPageQuery {
  @Whole(limit)
  readonly limit: number = 100;

  @Whole(before)
  readonly before: number | undefined;
}

/** The query of GET …/admin/audit. */
export class AuditQuery {
  @OneOf(auditKinds, { example: 'refusal' })
  readonly kind: AuditKind | undefined;

  @Whole(limit)
  readonly limit: number = 100;

  @Whole(before)
  readonly before: number | undefined;
}

const facts = { type: 'object', additionalProperties: true, nullable: true } as const;
const instant = { type: 'string', format: 'date-time' } as const;

/** Something that somebody did, or was refused. */
export class AuditEntryView {
  @ApiProperty({ type: 'integer', format: 'int64' })
  readonly id!: number;

  @ApiProperty(instant)
  readonly at!: Date;

  @ApiProperty({ type: 'string', enum: [...auditKinds] })
  readonly kind!: AuditKind;

  @ApiProperty({ type: 'string', description: 'key:<name>, address:<ip> or node:<id>' })
  readonly actor!: string;

  @ApiProperty({ type: 'string' })
  readonly action!: string;

  @ApiProperty({
    type: 'string',
    description: 'what it was done to: a section, a key, a node; of a refusal the route',
  })
  readonly subject!: string;

  @ApiProperty({ ...facts, description: 'what it was, without secrets; null: not there' })
  readonly before!: Readonly<Record<string, unknown>> | null;

  @ApiProperty({ ...facts, description: 'what it is now; null: gone' })
  readonly after!: Readonly<Record<string, unknown>> | null;

  @ApiProperty({
    type: 'integer',
    description: 'how many calls it stands for: refusals of one caller within a minute are one',
  })
  readonly calls!: number;

  @ApiProperty({ ...instant, nullable: true, description: 'when the last of several calls came' })
  readonly lastAt!: Date | null;
}
