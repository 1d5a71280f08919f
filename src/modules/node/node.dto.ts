import { ApiProperty } from '@nestjs/swagger';
import { OneOf, Text } from '../../core/dto/index.js';
import { type NodeStatus, nodeStatuses } from './node-status.js';
import type { CheckOutcome } from './readiness.js';

/** Which node is meant; absent: the one that is asked. */
export class NodeQuery {
  @Text({
    accepts: (id) => !id.includes('\0'),
    takes: 'the id of one node',
    description: 'the id of a node; absent: the one that is asked',
    example: 'gms-1',
  })
  readonly node: string | undefined;
}

/** What a node is put to. */
export class NodeStatusPath {
  @OneOf(nodeStatuses, {
    mandatory: true,
    empty: 'value',
    anyCase: true,
    takes: nodeStatuses.join(' or '),
    example: 'OFFLINE',
  })
  readonly status!: NodeStatus;
}

const status = { type: 'string' as const, enum: [...nodeStatuses] };
const instant = { type: 'string', format: 'date-time' } as const;

/** One node in the list of all. */
export class NodeView {
  @ApiProperty({ type: 'string' })
  readonly id!: string;

  @ApiProperty(status)
  readonly status!: NodeStatus;

  @ApiProperty({
    type: 'boolean',
    description: 'whether it has given a sign of life within ten seconds, and has not stopped',
  })
  readonly live!: boolean;

  @ApiProperty({ type: 'string' })
  readonly version!: string;

  @ApiProperty(instant)
  readonly startedAt!: string;

  @ApiProperty(instant)
  readonly seenAt!: string;
}

/** This node, and what it runs. */
export class OwnNodeView {
  @ApiProperty({ type: 'string' })
  readonly id!: string;

  @ApiProperty(status)
  readonly status!: NodeStatus;

  @ApiProperty({ type: 'string' })
  readonly version!: string;

  @ApiProperty({ type: 'string' })
  readonly commit!: string;

  @ApiProperty({ type: 'string', description: 'the version of Node' })
  readonly nodeVersion!: string;
}

/** That a process is alive. */
export class Health {
  @ApiProperty({ type: 'string', enum: ['alive'] })
  readonly status!: string;
}

const outcome = {
  type: 'string' as const,
  enum: ['ok', 'failed', 'no answer in time', 'pending', 'full', 'OFFLINE'],
};

/** How each condition of being ready stands. */
export class ReadinessChecks {
  @ApiProperty(outcome) readonly database!: CheckOutcome;
  @ApiProperty(outcome) readonly migrations!: CheckOutcome;
  @ApiProperty(outcome) readonly disk!: CheckOutcome;
  @ApiProperty(outcome) readonly bus!: CheckOutcome;
  @ApiProperty(outcome) readonly node!: CheckOutcome;
}

/** Whether this node is ready for traffic, and if not, why. */
export class ReadinessView {
  @ApiProperty({ type: 'string', enum: ['ready', 'not ready'] })
  readonly status!: 'ready' | 'not ready';

  @ApiProperty({ type: () => ReadinessChecks })
  readonly checks!: ReadinessChecks;
}
