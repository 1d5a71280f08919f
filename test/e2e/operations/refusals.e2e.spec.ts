import { Controller, Get } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Public } from '../../../src/core/identity/index.js';
import { StreamAnswer } from '../../../src/core/http/answer.js';
import { eventually } from '../../support/eventually.js';
import { type PluggedServer, startPlugged } from '../configuration/plugged-server.js';

const circular: Record<string, unknown> = { name: 'round' };
circular.self = circular;

class Hidden extends Error {
  override get message(): string {
    throw new Error('nobody may look');
  }
}

/** What programs throw that should not. */
const thrown: Record<string, unknown> = {
  ...{ null: null, undefined: undefined, text: 'hunter2\n', number: 7, symbol: Symbol('s') },
  ...{ circular, bigint: 7n, hidden: new Hidden(), nothing: Object.create(null) as object },
  proxy: new Proxy(new Error('x'), {
    get: () => {
      throw new Error('nobody may look');
    },
    getPrototypeOf: () => {
      throw new Error('nobody may look');
    },
  }),
  status: Object.assign(new Error('y'), { status: 'many' }),
};

@Public()
@Controller('thrown')
class ThrowingController {
  @Get('late')
  late(): StreamAnswer {
    const chunks = (async function* () {
      yield 'the beginning';
      throw thrown.null;
    })();
    return new StreamAnswer(() => ({ contentType: 'text/plain', chunks }));
  }
}
for (const [name, value] of Object.entries(thrown)) {
  const method = () => {
    throw value;
  };
  Object.defineProperty(ThrowingController.prototype, name, { value: method, writable: true });
  const descriptor = Object.getOwnPropertyDescriptor(ThrowingController.prototype, name)!;
  Get(name)(ThrowingController.prototype, name, descriptor);
}

let server: PluggedServer;

beforeAll(async () => {
  const service = { _type: 'builtin', _service: 'request-access' };
  const config = { 'service.call': service, security: { trusted_proxies: ['127.0.0.1'] } };
  server = await startPlugged({ rules: [], config, controllers: [ThrowingController] });
});

afterAll(() => server.close());

/** The lines of the log about one request. */
async function linesOf(requestId: string, least = 1): Promise<any[]> {
  let lines: any[] = [];
  await eventually(() => {
    lines = server
      .log()
      .split('\n')
      .filter((line) => line.includes(`"requestId":"${requestId}"`))
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThanOrEqual(least);
  });
  return lines;
}

describe('whatever a program throws', () => {
  it.each(Object.keys(thrown))('%s is a 500 in the one shape, and in the log', async (name) => {
    const headers = { 'X-Request-Id': `thrown-${name}` };
    const { status, json } = await server.request('GET', `/thrown/${name}`, { headers });
    expect([status, json]).toEqual([
      500,
      {
        message: `the server failed; its log tells why under the request id thrown-${name}`,
        exception: 'InternalError',
      },
    ]);
    const lines = await linesOf(`thrown-${name}`, 2);
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error']);
    expect(lines[1]).toMatchObject({ status: 500, exception: 'InternalError' });
  });

  it('after a part of the answer is out breaks the answer off, and is in the log', async () => {
    const headers = { 'X-Request-Id': 'thrown-late' };
    await expect(server.request('GET', '/thrown/late', { headers })).rejects.toThrow();
    const lines = await linesOf('thrown-late', 2);
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error']);
    expect((await server.request('GET', '/healthz')).status).toBe(200);
  });
});

// docs/operations/monitoring.md, Log: bodies that are refused are one log line
describe('a refused body', () => {
  const address = { 'X-Forwarded-For': '203.0.113.9' };

  it.each<[string, string, object, number, string, RegExp]>([
    [
      'malformed JSON',
      '/genesys/1/service/call',
      { body: '{"a": hunter2' },
      500,
      'InvalidBody',
      /JSON/,
    ],
    [
      'a media type',
      '/genesys/1/service/call',
      { body: 'x', type: 'text/x' },
      415,
      'UnsupportedMediaType',
      /text\/x is not taken/,
    ],
    [
      'a missing parameter',
      '/genesys/1/service/call',
      { body: '{}' },
      400,
      'MissingParameter',
      /mandatory/,
    ],
  ])(
    'of %s is one line with who, what and why',
    async (name, path, sent, status, exception, why) => {
      const { body, type = 'application/json' } = sent as { body: string; type?: string };
      const requestId = `refused-${name.replaceAll(' ', '-')}`;
      const headers = { ...address, 'Content-Type': type, 'X-Request-Id': requestId };
      const response = await server.request('POST', path, { body, headers });
      expect([response.status, response.json.exception]).toEqual([status, exception]);
      const lines = await linesOf(requestId);
      expect(lines).toEqual([
        expect.objectContaining({
          ...{ level: 'info', msg: 'request refused', requestId, status, exception },
          ...{ route: '/genesys/1/service/:service', caller: 'address:203.0.113.9' },
          reason: expect.stringMatching(why),
        }),
      ]);
    },
  );

  it('names the key of its sender', async () => {
    const made = await server.request('POST', '/genesys/1/admin/keys', {
      json: { name: 'voice', roles: ['Integration'] },
    });
    const headers = { 'X-Api-Key': made.json.key as string, 'X-Request-Id': 'refused-key' };
    const { status } = await server.request('GET', '/genesys/1/admin/keys', { headers });
    expect(status).toBe(403);
    const [line] = await linesOf('refused-key');
    expect(line).toMatchObject({
      ...{ caller: 'key:voice', exception: 'Forbidden', level: 'info' },
      reason: expect.stringContaining('Administrator'),
    });
  });

  it('cannot write lines of its own, nor fill the log', async () => {
    const headers = { 'Content-Type': `text/${'x'.repeat(5000)}`, 'X-Request-Id': 'refused-long' };
    await server.request('POST', '/genesys/1/service/call', { body: 'x', headers });
    const [line] = await linesOf('refused-long');
    expect(line.reason.length).toBeLessThanOrEqual(301);
    const yaml = { 'Content-Type': 'application/yaml', 'X-Request-Id': 'refused-control' };
    const body = '"a\\u001b[2J\\r\\n\\u2028b": {}';
    const path = '/genesys/1/admin/config/import';
    expect((await server.request('POST', path, { body, headers: yaml })).status).toBe(400);
    const [other] = await linesOf('refused-control');
    expect(other.reason).not.toMatch(/[\p{Cc}\u2028]/u);
  });

  it('says no more than that of what was not found, as its address may open something', async () => {
    const headers = { 'X-Request-Id': 'refused-unknown' };
    const path = '/genesys/1/service/39a98e24-b03b-4191-b756-1efe8f3b16b8/storage';
    expect((await server.request('GET', path, { headers })).status).toBe(404);
    const [line] = await linesOf('refused-unknown');
    expect(line).toMatchObject({ exception: 'ServiceInstanceNotFound', status: 404 });
    expect(JSON.stringify(line)).not.toContain('39a98e24');
  });

  it('counts as the caller’s fault in the metrics, its 500 too', async () => {
    await eventually(async () => {
      const { text } = await server.request('GET', '/metrics');
      const counted = text.match(
        /^gms_requests_total\{route="\/genesys\/1\/service\/:service",.*$/gm,
      )!;
      expect(counted).toContainEqual(expect.stringMatching(/status="500",fault="client"\} 1$/));
      expect(counted.join()).not.toContain('fault="server"');
      expect(text).toMatch(/route="\/thrown\/null",method="GET",status="500",fault="server"\} 1/);
    });
  });
});
