import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { type Refusal, RefusalNotifier } from './refusal.js';
import type { Log } from './log.js';
import { Metrics } from './metrics.js';
import { RequestObserver } from './request-observer.js';
import { RequestObservation } from './request-observation.js';

interface Line {
  readonly level: string;
  readonly facts: any;
}

/** The middleware by itself, with the requests and responses that it looks at. */
function mount() {
  const lines: Line[] = [];
  const write = (level: string) => (facts: object) => void lines.push({ level, facts });
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const metrics = new Metrics(log);
  const policy = { callerOf: () => ({ name: 'key:a' }) };
  const observation = new RequestObservation(log, metrics, policy as any, new RefusalNotifier());
  let middleware: any;
  new RequestObserver(observation).mount({
    use: (mounted: unknown) => (middleware = mounted),
  } as any);
  const handle = (facts: {
    status: number;
    route?: string;
    pattern?: string;
    gone?: boolean;
    refusal?: Refusal;
  }) => {
    const response = Object.assign(new EventEmitter(), {
      statusCode: facts.status,
      writableFinished: facts.gone !== true,
    });
    const request = {
      id: 'r1',
      method: 'GET',
      originalUrl: '/genesys/1/storage/secret?code=1234',
      route: facts.route === undefined ? undefined : { path: facts.route },
      routePattern: facts.pattern,
      refusal: facts.refusal,
    };
    middleware(request, response, () => undefined);
    response.emit('close');
  };
  return { lines, metrics, handle };
}

describe('a line', () => {
  it.each([
    [200, 'debug'],
    [302, 'debug'],
    [400, 'info'],
    [404, 'info'],
    [500, 'error'],
    [502, 'error'],
    [503, 'info'],
  ])('of status %d is of level %s', (status, level) => {
    const { lines, handle } = mount();
    handle({ status, route: '/a/:id' });
    expect(lines).toEqual([
      {
        level,
        facts: {
          requestId: 'r1',
          method: 'GET',
          route: '/a/:id',
          status,
          durationMs: expect.any(Number),
        },
      },
    ]);
  });

  it('has neither path nor query', () => {
    const { lines, handle } = mount();
    handle({ status: 404 });
    expect(JSON.stringify(lines)).not.toMatch(/secret|1234/);
  });

  it('of a client that went away is of status 499', () => {
    const { lines, handle } = mount();
    handle({ status: 200, gone: true });
    expect(lines).toMatchObject([{ level: 'debug', facts: { status: 499 } }]);
  });
});

describe('a refused request', () => {
  const malformed: Refusal = { exception: 'InvalidBody', reason: 'no JSON', fault: 'client' };

  it('tells what was wrong and who sent it, in one line that no sender can shape', () => {
    const { lines, handle } = mount();
    handle({ status: 400, refusal: { ...malformed, reason: `a\nb${'x'.repeat(1000)}` } });
    expect(lines).toMatchObject([
      { level: 'info', facts: { exception: 'InvalidBody', caller: 'key:a' } },
    ]);
    expect(lines[0]!.facts.reason).toBe(`a b${'x'.repeat(297)}…`);
  });

  it('with the documented 500 of malformed JSON is the caller’s fault in level and metrics', async () => {
    const { lines, metrics, handle } = mount();
    handle({ status: 500, route: '/a', refusal: malformed });
    handle({ status: 500, route: '/a', refusal: { ...malformed, fault: 'server' } });
    handle({ status: 500, route: '/a' });
    handle({ status: 503, route: '/a' });
    handle({ status: 404, route: '/a' });
    handle({ status: 200, route: '/a' });
    handle({ status: 200, route: '/a', gone: true });
    handle({ status: 200, route: '/a', gone: true, refusal: { ...malformed, fault: 'server' } });
    expect(lines.map(({ level }) => level)).toEqual([
      ...['info', 'error', 'error', 'info', 'info', 'debug', 'debug', 'error'],
    ]);
    const text = await metrics.text();
    expect(text.match(/^gms_requests_total.*$/gm)).toEqual([
      'gms_requests_total{route="/a",method="GET",status="500",fault="client"} 1',
      'gms_requests_total{route="/a",method="GET",status="500",fault="server"} 2',
      'gms_requests_total{route="/a",method="GET",status="503",fault="none"} 1',
      'gms_requests_total{route="/a",method="GET",status="404",fault="client"} 1',
      'gms_requests_total{route="/a",method="GET",status="200",fault="none"} 1',
      'gms_requests_total{route="/a",method="GET",status="499",fault="none"} 1',
      'gms_requests_total{route="/a",method="GET",status="499",fault="server"} 1',
    ]);
  });
});

describe('the route', () => {
  it('is what was declared, before Nest too, or unmatched', async () => {
    const { metrics, handle } = mount();
    handle({ status: 200, route: '/a/:id' });
    handle({ status: 200, route: '/a/:id' });
    handle({ status: 200, pattern: '/genesys/cometd' });
    handle({ status: 404 });
    const text = await metrics.text();
    const counts = text.match(/^gms_http_request_duration_seconds_count.*$/gm);
    expect(counts).toEqual([
      'gms_http_request_duration_seconds_count{route="/a/:id",method="GET",status="200"} 2',
      'gms_http_request_duration_seconds_count{route="/genesys/cometd",method="GET",status="200"} 1',
      'gms_http_request_duration_seconds_count{route="unmatched",method="GET",status="404"} 1',
    ]);
  });
});
