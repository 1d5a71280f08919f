import { ApiProperty } from '@nestjs/swagger';
import { Flag, Instant, OneOf, Whole } from '../../../core/dto/index.js';
import { type PurgeOperation, purgeOperations } from './purge/purge-order.js';

const value = { empty: 'value' } as const;

export const eventWords = ['any', 'started', 'completed'] as const;
export const stateWords = ['any', 'active', 'inactive'] as const;
export const formatWords = ['json', 'csv'] as const;

/** The query of GET …/maintenance/services/stream. */
export class ServiceExportQuery {
  @Instant({ mandatory: true, blankIsPlus: true, example: '2026-11-01T00:00:00Z' })
  readonly time_from!: Date;

  @Instant({ ...value, blankIsPlus: true, example: '2026-11-27T00:00:00Z' })
  readonly time_to: Date | undefined;

  @OneOf(eventWords, {
    ...{ ...value, anyCase: true, example: 'completed' },
    description: 'which event is to lie in the range',
  })
  readonly filter_events: (typeof eventWords)[number] = 'any';

  @OneOf(stateWords, { ...value, anyCase: true, example: 'inactive' })
  readonly filter_state: (typeof stateWords)[number] = 'any';

  @Flag({
    ...{ ...value, takes: 'one of false, true', example: true },
    description: 'whether whole services are wanted, and not their ids alone',
  })
  readonly export_content: boolean = false;
}

/** What POST …/maintenance/services/files takes, in its query or its body. */
export class ServiceFilesBody extends ServiceExportQuery {
  @Instant({ mandatory: true, example: '2026-11-01T00:00:00Z' })
  declare readonly time_from: Date;

  @Instant({ ...value, example: '2026-11-27T00:00:00Z' })
  declare readonly time_to: Date | undefined;

  @OneOf(formatWords, { ...value, anyCase: true, example: 'json' })
  readonly format: (typeof formatWords)[number] = 'json';
}

/** The body of POST …/maintenance/purge. */
export class PurgeBody {
  @Instant({ ...value, mandatory: true, description: 'services that started before it' })
  readonly limit!: Date;

  @OneOf(purgeOperations, { mandatory: true })
  readonly operation!: PurgeOperation;
}

/** The query of GET …/maintenance/audit. */
export class MaintenanceAuditQuery {
  @Whole({ ...value, min: 1, max: 1000, digits: /^\d{1,16}$/, example: 100 })
  readonly limit: number = 100;
}

const instant = { type: 'string', format: 'date-time' } as const;

/** The files that an export wrote. */
export class ExportedFiles {
  @ApiProperty({ type: 'string', isArray: true }) readonly created!: string[];
}

/** How many services a purge removed. */
export class Purged {
  @ApiProperty({ type: 'integer' }) readonly purged!: number;
}

/** A file of this node. */
export class ExportedFileView {
  @ApiProperty({ type: 'string' }) readonly name!: string;
  @ApiProperty({ type: 'integer', description: 'bytes' }) readonly size!: number;

  @ApiProperty({ ...instant, description: 'when its export began' })
  readonly created!: string;
}

/** Who streamed, exported or purged. */
export class MaintenanceAuditEntry {
  @ApiProperty({ type: 'integer' }) readonly id!: number;
  @ApiProperty({ type: 'string' }) readonly operation!: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly parameters!: Readonly<Record<string, unknown>>;

  @ApiProperty({ type: 'string' }) readonly who!: string;
  @ApiProperty(instant) readonly begun!: string;
  @ApiProperty({ ...instant, nullable: true }) readonly ended!: string | null;

  @ApiProperty({ type: 'integer', description: 'how many services were exported or purged so far' })
  readonly services!: number;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'null: under way, or its node died',
  })
  readonly outcome!: string | null;
}
