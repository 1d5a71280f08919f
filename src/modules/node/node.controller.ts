import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AccessPolicy, Administration, AlwaysOpen } from '../../core/auth/index.js';
import { writeAnswer } from '../../core/http/answer.js';
import { KnownQuery } from '../edge/index.js';
import {
  ApiChangeStatus,
  ApiListNodes,
  ApiNode,
  ApiNodeStatus,
  ApiOwnNode,
} from './node.openapi.js';
import { NodeService, type NodeView, type OwnNodeView } from './node.service.js';
import { NodeIdPipe } from './node-id.pipe.js';

/** Node status (contract: operations.md). */
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
  @KnownQuery('node')
  @Administration('Supervisor')
  @ApiNodeStatus()
  status(@Query('node', NodeIdPipe) id: string | undefined): Promise<string> {
    return this.nodes.statusOf(id);
  }

  @Post('admin/node/changestatus/:status')
  @KnownQuery('node')
  @HttpCode(200)
  @Administration('Administrator')
  @ApiChangeStatus()
  changeStatus(
    @Param('status') status: string,
    @Query('node', NodeIdPipe) id: string | undefined,
    @Req() request: Request,
  ): Promise<string> {
    return this.nodes.changeStatus(status, id, this.policy.callerOf(request).name);
  }

  @Get('admin/nodes')
  @KnownQuery()
  @Administration('Supervisor')
  @ApiListNodes()
  list(): Promise<NodeView[]> {
    return this.nodes.list();
  }
}
