// Nest and Express alone, on the server's own adapter, without what the server mounts and guards.
// Started by bench/parts/breakdown.mjs. Plain JavaScript: decorators are called as functions.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { importBuilt } from '../lib/postgres.mjs';

class Hello {
  hello() {
    return 'hello';
  }
}
Controller()(Hello);
Get('hello')(Hello.prototype, 'hello', Object.getOwnPropertyDescriptor(Hello.prototype, 'hello'));

class Application {}
Module({ controllers: [Hello] })(Application);

process.on('disconnect', () => process.exit());
const { PreparedExpressAdapter } = await importBuilt('src/core/http/prepared-express.adapter.js');
const adapter = new PreparedExpressAdapter();
// Express with one route of its own, before Nest: what the adapter costs by itself.
adapter.getInstance().get('/express', (_, response) => {
  response.setHeader('Content-Type', 'text/plain');
  response.setHeader('Content-Length', 5);
  response.end('hello');
});
const app = await NestFactory.create(Application, adapter, { logger: false, bodyParser: false });
await app.listen(0, '127.0.0.1');
process.send({ port: app.getHttpServer().address().port });
