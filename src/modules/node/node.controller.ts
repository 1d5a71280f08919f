import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AccessPolicy, Administration, AlwaysOpen } from '../../core/identity/index.js';
import { writeAnswer } from '../../core/http/answer.js';
import { KnownQuery } from '../edge/index.js';
import {
  ApiChangeStatus,
  ApiListNodes,
  ApiNode,
  ApiNodeStatus,
  ApiOwnNode,
} from './node.openapi.js';
import { NodeQuery, NodeStatusPath, type NodeView, type OwnNodeView } from './node.dto.js';
import { NodeService } from './node.service.js';

/** Node status (docs/compatibility.md, Node API). */
@Controller('genesys/1')
export class NodeController {
  constructor(
    private readonly nodes: NodeService,
    private readonly policy: AccessPolicy,
  ) {}

  /** What load balancers ask: no database, and as text whatever the status. */
  @Get('node')
  @AlwaysOpen()
  @ApiNode()
  node(@Res() response: Response): void {
    const status = this.nodes.ownStatus;
    writeAnswer(response, status === 'ONLINE' ? 200 : 503, status);
  }

  @Get('admin/node')
  @KnownQuery()
  @Administration('Supervisor', 'Administrator')
  @ApiOwnNode()
  own(): OwnNodeView {
    return this.nodes.own();
  }

  @Get('admin/node/status')
  @KnownQuery(NodeQuery)
  @Administration('Supervisor')
  @ApiNodeStatus()
  status(@Query() { node }: NodeQuery): Promise<string> {
    return this.nodes.statusOf(node);
  }

  @Post('admin/node/changestatus/:status')
  @KnownQuery(NodeQuery)
  @HttpCode(200)
  @Administration('Administrator')
  @ApiChangeStatus()
  changeStatus(
    @Query() { node }: NodeQuery,
    @Param() { status }: NodeStatusPath,
    @Req() request: Request,
  ): Promise<string> {
    return this.nodes.changeStatus(status, node, this.policy.callerOf(request).name);
  }

  @Get('admin/nodes')
  @KnownQuery()
  @Administration('Supervisor')
  @ApiListNodes()
  list(): Promise<NodeView[]> {
    return this.nodes.list();
  }
}
