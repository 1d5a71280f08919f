import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { RequestOptions, TestResponse } from '../../support/http-client.js';
import type { RunningServer } from '../../support/test-server.js';

type Calls = Pick<RunningServer, 'request'>;

const base = '/genesys/1/admin/config';

/** The calls on one server of docs/compatibility.md, Configuration. */
export class ConfigClient {
  constructor(private readonly server: Calls) {}

  readAll(): Promise<TestResponse> {
    return this.server.request('GET', `${base}/sections`);
  }

  read(section: string): Promise<TestResponse> {
    return this.server.request('GET', pathOf(section));
  }

  put(section: string, options: unknown): Promise<TestResponse> {
    return this.server.request('PUT', pathOf(section), { json: options });
  }

  patch(section: string, changes: unknown): Promise<TestResponse> {
    return this.server.request('PATCH', pathOf(section), { json: changes });
  }

  remove(section: string): Promise<TestResponse> {
    return this.server.request('DELETE', pathOf(section));
  }

  export(query = ''): Promise<TestResponse> {
    return this.server.request('GET', `${base}/export${query}`);
  }

  import(yaml: string, contentType = 'application/yaml'): Promise<TestResponse> {
    const options: RequestOptions = { headers: { 'Content-Type': contentType }, body: yaml };
    return this.server.request('POST', `${base}/import`, options);
  }

  audit(query = ''): Promise<TestResponse> {
    return this.server.request('GET', `${base}/audit${query}`);
  }
}

export function pathOf(section: string): string {
  return `${base}/sections/${encodeURIComponent(section)}`;
}

/** Expects 400 InvalidConfiguration, and gives its faults. */
export function faultsIn(response: TestResponse): string[] {
  expect([response.status, response.json.exception]).toEqual([400, 'InvalidConfiguration']);
  return (response.json.message as string).split('; ');
}

/** Waits for a condition; fails when it does not come true in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  mostMs = 5000,
): Promise<number> {
  const started = performance.now();
  while (!(await condition())) {
    if (performance.now() - started > mostMs) throw new Error(`not within ${mostMs} ms`);
    await delay(10);
  }
  return performance.now() - started;
}
