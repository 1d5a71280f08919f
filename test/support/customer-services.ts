import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { databaseRows } from './database-rows.js';
import type { TestResponse } from './http-client.js';
import type { RunningServer } from './test-server.js';

type Server = Pick<RunningServer, 'request'>;
type Headers = Readonly<Record<string, string>>;

export const base = '/genesys/1/cs';

export const servicePattern =
  /^[1-3]\d\d-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** All four lists of a service and all its extensions. */
export const everything =
  'active_states=true&completed_states=true&active_tasks=true&completed_tasks=true&extensions=*';

/** A customer or contact key that no other test uses. */
export const fresh = (word = 'key'): string => `${word}-${randomUUID()}`;

/** An instant, so many seconds into a day long past, as the API answers it. */
export const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 0, 15) + seconds * 1000).toISOString();

/** Calls a route of Context Services, whatever it answers; without `json` no body is sent. */
export function call(
  server: Server,
  method: string,
  path: string,
  json?: unknown,
  headers: Headers = {},
): Promise<TestResponse> {
  return server.request(method, base + path, { json, headers });
}

/** Sends these bytes as the body, as JSON unless another type is named. */
export function send(
  server: Server,
  method: string,
  path: string,
  body: string | Uint8Array,
  contentType = 'application/json',
): Promise<TestResponse> {
  const headers = { 'Content-Type': contentType };
  return server.request(method, base + path, { body, headers });
}

/** A call that must succeed with this status. */
export async function succeed(
  status: number,
  ...[server, method, path, json, headers]: Parameters<typeof call>
): Promise<TestResponse> {
  const answer = await call(server, method, path, json, headers);
  const { text } = answer;
  expect([method, path, answer.status, text]).toEqual([method, path, status, text]);
  if (status === 204) expect(answer.text).toBe('');
  return answer;
}

/** What a path shows. */
export async function read(server: Server, path: string, headers?: Headers): Promise<any> {
  return (await succeed(200, server, 'GET', path, undefined, headers)).json;
}

/** POST /services/start, for an anonymous contact when nothing else is said. */
export async function startService(
  server: Server,
  body: object = { contact_key: fresh() },
  headers?: Headers,
): Promise<string> {
  return (await succeed(201, server, 'POST', '/services/start', body, headers)).json.service_id;
}

/** POST /services/{id}/states/start */
export async function startState(
  server: Server,
  service: string,
  body: object = {},
  headers?: Headers,
): Promise<number> {
  const path = `/services/${service}/states/start`;
  return (await succeed(201, server, 'POST', path, body, headers)).json.state_id;
}

/** POST /services/{id}/tasks/start */
export async function startTask(
  server: Server,
  service: string,
  body: object = {},
  headers?: Headers,
): Promise<number> {
  const path = `/services/${service}/tasks/start`;
  return (await succeed(201, server, 'POST', path, body, headers)).json.task_id;
}

/** Expects a refusal of this status and exception (a text or a matcher), of the one shape, whose message has the words. */
export function expectRefusal(
  answer: TestResponse,
  status: number,
  exception: unknown,
  ...words: string[]
): void {
  expect([answer.status, answer.json]).toEqual([
    status,
    { exception, message: expect.stringContaining(words[0] ?? '') },
  ]);
  for (const word of words) expect(answer.json.message).toContain(word);
}

/** How many rows the database holds of a service. */
export async function rowsOf(
  server: Pick<RunningServer, 'databaseUrl'>,
  service: string,
): Promise<object> {
  const [counts] = await databaseRows(
    server,
    `SELECT (SELECT count(*)::int FROM cs_service s WHERE s::text LIKE $1) AS services,
            (SELECT count(*)::int FROM cs_state WHERE service_id::text LIKE $1) AS states,
            (SELECT count(*)::int FROM cs_task WHERE service_id::text LIKE $1) AS tasks`,
    [`%${service.slice(4)}%`],
  );
  return counts as object;
}

/** Everything that the database holds of services, for comparing before and after. */
export async function snapshot(server: Pick<RunningServer, 'databaseUrl'>): Promise<string> {
  const digest = (table: string) =>
    `(SELECT concat(count(*), ' ', md5(string_agg(t::text, ',' ORDER BY t::text))) FROM ${table} t)`;
  const [found] = await databaseRows(
    server,
    `SELECT concat_ws('; ', ${digest('cs_service')}, ${digest('cs_state')},
                            ${digest('cs_task')}) AS snapshot`,
  );
  return found.snapshot as string;
}
