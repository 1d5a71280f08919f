import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AlwaysOpen, Internal } from '../../core/identity/index.js';
import { TextAnswer, writeAnswer } from '../../core/http/answer.js';
import { Metrics } from '../../core/observability/index.js';
import type { Health } from './node.dto.js';
import { ApiHealth, ApiMetrics, ApiReadiness } from './node.openapi.js';
import { ReadinessCheck } from './readiness.js';

/**
 * What machines ask about this process (docs/compatibility.md, Health, metrics, documentation,
 * pages).
 */
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: ReadinessCheck,
    private readonly measured: Metrics,
  ) {}

  /** The process answers, so it is alive. */
  @Get('healthz')
  @AlwaysOpen()
  @ApiHealth()
  health(): Health {
    return { status: 'alive' };
  }

  @Get('readyz')
  @AlwaysOpen()
  @ApiReadiness()
  async ready(@Res() response: Response): Promise<void> {
    const readiness = await this.readiness.run();
    writeAnswer(response, readiness.status === 'ready' ? 200 : 503, readiness);
  }

  @Get('metrics')
  @Internal('Integration', 'Supervisor')
  @ApiMetrics()
  async metrics(): Promise<TextAnswer> {
    return new TextAnswer(await this.measured.text(), this.measured.contentType);
  }
}
