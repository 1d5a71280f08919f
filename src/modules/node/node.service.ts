import { Injectable } from '@nestjs/common';
import { Bus } from '../../core/bus/index.js';
import { commit, version } from '../../core/config/index.js';
import { UnitOfWork } from '../../core/database/index.js';
import { Log } from '../../core/observability/index.js';
import { Audit } from '../audit/index.js';
import { Heartbeat, nodesTopic } from './heartbeat.js';
import { nodeNotFound } from './node.errors.js';
import type { NodeView, OwnNodeView } from './node.dto.js';
import type { NodeStatus } from './node-status.js';
import { NodeRepository } from './node.repository.js';

/** The status of any node, read and set on any node. */
@Injectable()
export class NodeService {
  constructor(
    private readonly repository: NodeRepository,
    private readonly heartbeat: Heartbeat,
    private readonly bus: Bus,
    private readonly audit: Audit,
    private readonly unitOfWork: UnitOfWork,
    private readonly log: Log,
  ) {}

  /** The status of this node, without asking the database. */
  get ownStatus(): NodeStatus {
    return this.heartbeat.status;
  }

  /**
   * @param id absent: this node
   * @throws DomainError NodeNotFound
   */
  async statusOf(id: string | undefined): Promise<NodeStatus> {
    if (id === undefined || id === this.heartbeat.nodeId) return this.heartbeat.status;
    const status = await this.repository.findStatus(id);
    if (status === undefined) throw nodeNotFound(id);
    return status;
  }

  /**
   * Sets the status of a node: here at once, elsewhere within two seconds.
   * @param id absent: this node
   * @param caller who sets it, for audit and log
   * @throws DomainError NodeNotFound
   */
  async changeStatus(
    status: NodeStatus,
    id: string | undefined,
    caller: string,
  ): Promise<NodeStatus> {
    await this.setStatus(status, id ?? this.heartbeat.nodeId, caller);
    return status;
  }

  private async setStatus(status: NodeStatus, id: string, caller: string): Promise<void> {
    const store = () => this.store(status, id, caller);
    if (id === this.heartbeat.nodeId) {
      await this.heartbeat.changeStatus(status, store);
      return;
    }
    await store();
    this.bus.wake(nodesTopic, id);
  }

  private async store(status: NodeStatus, id: string, caller: string): Promise<void> {
    await this.unitOfWork.run(async () => {
      const before = await this.repository.findStatus(id);
      if (before === undefined || !(await this.repository.setStatus(id, status))) {
        throw nodeNotFound(id);
      }
      const change = { before: { status: before }, after: { status } };
      const entry = { kind: 'node', action: 'changestatus', subject: id } as const;
      await this.audit.record({ ...entry, actor: caller, ...change });
    });
    this.log.info({ nodeId: id, status, caller }, 'the status of a node was set');
  }

  own(): OwnNodeView {
    const { nodeId: id, status } = this.heartbeat;
    return { id, status, version, commit, nodeVersion: process.version };
  }

  async list(): Promise<NodeView[]> {
    const rows = await this.repository.findAll();
    return rows.map(({ id, status, live, version, started_at, seen_at }) => ({
      id,
      status,
      live,
      version,
      startedAt: started_at.toISOString(),
      seenAt: seen_at.toISOString(),
    }));
  }
}
