import { expect } from '@jest/globals';
import type { TestResponse } from './http-client.js';
import type { RunningServer } from './test-server.js';

type Server = Pick<RunningServer, 'request'>;

export const base = '/genesys/1/notification';

/** POST /notification/subscription, whatever it answers. */
export function trySubscribe(
  server: Server,
  json: unknown,
  headers: Record<string, string> = {},
): Promise<TestResponse> {
  return server.request('POST', `${base}/subscription`, { json, headers });
}

/** Subscribes and returns the id. */
export async function subscribe(
  server: Server,
  json: unknown,
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await trySubscribe(server, json, headers);
  expect([answer.status, answer.text]).toEqual([
    200,
    expect.stringMatching(/^\{"id":"[-0-9a-f]{36}"\}$/),
  ]);
  return answer.json.id;
}

/** A subscription of httpcb. */
export const callback = (deviceId: string, filter: string, more: object = {}): object => ({
  subscriberId: 'A1',
  filter,
  expire: 300,
  notificationDetails: { type: 'httpcb', deviceId },
  ...more,
});

/** POST /notification/publish, whatever it answers. */
export function publish(
  server: Server,
  json: unknown,
  headers: Record<string, string> = {},
): Promise<TestResponse> {
  return server.request('POST', `${base}/publish`, { json, headers, timeout: 40_000 });
}

/** GET /notification/deliveries. */
export async function deliveries(server: Server, query = ''): Promise<any[]> {
  const answer = await server.request('GET', `${base}/deliveries?${query}`);
  expect(answer.status).toBe(200);
  return answer.json;
}

/** The ledger as /metrics shows it. */
export async function ledger(server: Server): Promise<Record<string, number>> {
  const { text } = await server.request('GET', '/metrics');
  const lines = text.matchAll(/^gms_push_deliveries\{state="(\w+)"\} (\d+)$/gm);
  const found = Object.fromEntries([...lines].map(([, state, count]) => [state, Number(count)]));
  return { accepted: 0, delivered: 0, pending: 0, dead: 0, expired: 0, ...found };
}

/** Replaces a section; on this node it is in force with the answer. */
export async function putSection(server: Server, section: string, json: object): Promise<void> {
  const path = `/genesys/1/admin/config/sections/${encodeURIComponent(section)}`;
  const answer = await server.request('PUT', path, { json });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
}
