import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Controller, Get, Module, Post, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cors from 'cors';
import express, { type Request, type Response } from 'express';
import { PreparedExpressAdapter } from '../../../src/core/http/prepared-express.adapter.js';
import { HttpClient } from '../../support/http-client.js';
import { rawRequest } from '../../support/raw-request.js';

// docs/decisions/0001-prepared-express-adapter.md
const swaps: object[] = [];

@Controller()
class ProbeController {
  @Get('probe/:name')
  probe(@Req() request: Request): object {
    return {
      name: request.params.name,
      query: request.query,
      ip: typeof request.ip,
      host: request.hostname,
      accepts: request.accepts('json'),
      header: request.get('X-Test'),
    };
  }

  @Post('echo')
  echo(@Req() request: Request): object {
    return request.body as object;
  }

  @Get('native')
  native(@Res() response: Response): void {
    response.status(201).cookie('a', 'b').type('txt').send('native');
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

describe('the prepared Express adapter', () => {
  let app: NestExpressApplication;
  let client: HttpClient;
  let url: string;

  beforeAll(async () => {
    app = await NestFactory.create<NestExpressApplication>(
      ProbeModule,
      new PreparedExpressAdapter(),
      { bodyParser: false, logger: false },
    );
    const server = app.getHttpServer();
    server.prependListener('request', (request: object, response: object) => {
      swaps.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
    });
    app.use(cors({ origin: 'http://example.org' }));
    app.use(express.json());
    await app.listen(0, '127.0.0.1');
    url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
    client = new HttpClient(url);
  });
  afterAll(async () => {
    client.close();
    await app.close();
  });

  it('makes requests and responses with the prototypes that Express is going to set', async () => {
    await client.request('GET', '/probe/x');
    const application = app.getHttpAdapter().getInstance();
    expect(swaps.slice(-2)).toEqual([application.request, application.response]);
    expect(swaps.at(-2)).toBe(application.request);
    expect(swaps.at(-1)).toBe(application.response);
  });

  it('leaves Express’s own methods and stock middleware at work', async () => {
    const { json, headers } = await client.request('GET', '/probe/%C3%BC?a=1', {
      headers: { 'X-Test': 'yes', Accept: 'application/json' },
    });
    expect(json).toEqual({
      name: 'ü',
      query: { a: '1' },
      ip: 'string',
      host: '127.0.0.1',
      accepts: 'json',
      header: 'yes',
    });
    expect(headers['access-control-allow-origin']).toBe('http://example.org');
    const native = await client.request('GET', '/native');
    expect([native.status, native.text, native.headers['set-cookie']]).toEqual([
      201,
      'native',
      ['a=b; Path=/'],
    ]);
  });

  describe('with a listener for upgrades', () => {
    const upgraded: (string | undefined)[] = [];
    const offering = (upgrade: string, body: string) =>
      rawRequest(
        url,
        `POST /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n` +
          `Upgrade: ${upgrade}\r\nHTTP2-Settings: AAMAAABkAAQAoAAA\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
      );

    beforeAll(() => {
      const server: Server = app.getHttpServer();
      server.on('upgrade', ({ headers }: IncomingMessage, socket: Duplex) => {
        upgraded.push(headers.upgrade);
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      });
    });

    it('answers what offers h2c, as Java’s HttpClient does, as if it did not', async () => {
      const { status, text } = await offering('h2c', '{"a":1}');
      expect([status, text, upgraded]).toEqual([201, expect.stringContaining('{"a":1}'), []]);
    });

    it.each(['websocket', 'WebSocket', 'h2c, websocket'])('gives it %s', async (upgrade) => {
      expect((await offering(upgrade, '')).status).toBe(401);
      expect(upgraded.at(-1)).toBe(upgrade);
    });
  });
});
