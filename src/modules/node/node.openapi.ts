import { ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import { json, Operation, text } from '../../core/http/openapi/index.js';
import { Health, NodeView, OwnNodeView, ReadinessView } from './node.dto.js';

const section = 'gms-api-reference-8.1.1, Node API, Query';
const ours = 'Beyond the reference documents (docs/operations/monitoring.md)';
const node = 'gms-1';
const notFound = { '404 NodeNotFound': `there is no node "${node}"` };

export const ApiNode = (): MethodDecorator =>
  applyDecorators(
    Operation({
      operationId: 'readOwnStatus',
      summary: 'Whether this node wants traffic, for load balancers',
      section,
      answer: text('ONLINE'),
    }),
    ApiResponse({
      status: 503,
      description: 'The node was put OFFLINE; it goes on serving whoever asks',
      content: { 'text/plain': { schema: { type: 'string' }, example: 'OFFLINE' } },
    }),
  );

export const ApiOwnNode = (): MethodDecorator =>
  Operation({
    operationId: 'readOwnNode',
    summary: 'This node: its status, and the versions that it runs',
    section: ours,
    answer: json(
      {
        id: node,
        status: 'ONLINE',
        version: '0.1.0',
        commit: '2f6c1d0e5b7a49c8d3e1f0a9b8c7d6e5f4a3b2c1',
        nodeVersion: 'v24.11.0',
      },
      OwnNodeView,
    ),
  });

export const ApiNodeStatus = (): MethodDecorator =>
  Operation({
    operationId: 'readNodeStatus',
    summary: 'The status of this node, or of another',
    section: ours,
    answer: text('ONLINE'),
    errors: notFound,
  });

export const ApiChangeStatus = (): MethodDecorator =>
  Operation({
    operationId: 'changeNodeStatus',
    summary: 'Put this node, or another, ONLINE or OFFLINE; it stays so over a restart',
    section: ours,
    answer: text('OFFLINE'),
    errors: { '400 InvalidParameter': 'status takes ONLINE or OFFLINE', ...notFound },
  });

export const ApiListNodes = (): MethodDecorator =>
  Operation({
    operationId: 'listNodes',
    summary: 'All nodes on this database that were seen within a day',
    section: ours,
    answer: json(
      [
        {
          id: node,
          status: 'ONLINE',
          live: true,
          version: '0.1.0',
          startedAt: '2026-11-24T08:00:00.000Z',
          seenAt: '2026-11-24T09:30:00.000Z',
        },
      ],
      NodeView,
    ),
  });

export const ApiHealth = (): MethodDecorator =>
  Operation({
    operationId: 'checkHealth',
    summary: 'Whether the process is alive',
    section: ours,
    answer: json({ status: 'alive' }, Health),
  });

const checks = { database: 'ok', migrations: 'ok', disk: 'ok', bus: 'ok', node: 'ok' };

export const ApiReadiness = (): MethodDecorator =>
  applyDecorators(
    Operation({
      operationId: 'checkReadiness',
      summary: 'Whether this node is ready for traffic, and if not, why',
      section: ours,
      answer: json({ status: 'ready', checks }, ReadinessView),
    }),
    ApiResponse({
      status: 503,
      description: 'Something that the node needs is not there, or it was put OFFLINE',
      content: {
        'application/json': {
          schema: { $ref: getSchemaPath(ReadinessView) },
          example: { status: 'not ready', checks: { ...checks, node: 'OFFLINE' } },
        },
      },
    }),
  );

export const ApiMetrics = (): MethodDecorator =>
  Operation({
    operationId: 'readMetrics',
    summary: "This node's metrics, in Prometheus's text format",
    section: ours,
    answer: text('gms_sweeper_removed_total{task="storage"} 12'),
  });
