import { Inject, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { commit, ENVIRONMENT, type Environment, version } from '../../core/config/index.js';
import { Metrics } from '../../core/observability/index.js';
import { AuditModule } from '../audit/index.js';
import { HealthController } from './health.controller.js';
import { Heartbeat } from './heartbeat.js';
import { NodeController } from './node.controller.js';
import { NodeRepository } from './node.repository.js';
import { NodeService } from './node.service.js';
import { NodeSweep } from './node.sweep.js';
import { ReadinessCheck } from './readiness.js';
import { NodeEntity } from './node.entity.js';

/**
 * Glossary. *Node*: one server process. *Status*: whether it wants new traffic, as its operator
 * says. *Heartbeat*: its regular sign of life. *Ready*: able to serve, and ONLINE.
 */
@Module({
  imports: [TypeOrmModule.forFeature([NodeEntity]), AuditModule],
  controllers: [NodeController, HealthController],
  providers: [NodeService, NodeRepository, Heartbeat, NodeSweep, ReadinessCheck],
})
export class NodeModule {
  constructor(metrics: Metrics, @Inject(ENVIRONMENT) { nodeId }: Environment) {
    const labels = ['version', 'commit', 'node'];
    metrics.gauge('gms_build_info', 'What this node runs; always 1', labels, (set) => {
      set(1, version, commit, nodeId);
    });
  }
}
