import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cors from 'cors';
import express, { type Request, type Response } from 'express';
import { PreparedExpressAdapter } from '../../../src/core/http/prepared-express.adapter.js';
import { HttpClient } from '../../support/http-client.js';

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
    client = new HttpClient((await app.getUrl()).replace('[::1]', '127.0.0.1'));
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
});
