import {
  link,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ENVIRONMENT, type Environment } from '../../../src/core/config/index.js';
import type { RequestOptions, TestResponse } from '../../support/http-client.js';
import { useTestServer } from '../../support/use-servers.js';
import { readCsv } from './read-csv.js';
import {
  removeServices,
  storeMany,
  type StoredService,
  storeServices,
  tenantOf,
} from './stored-services.js';

// docs/operations/context-services-maintenance.md, Files
const server = useTestServer();
const base = '/genesys/1/cs/maintenance';
const from = '2026-01-01T00:00:00.000Z';
const at = '2026-03-01T12:00:00.000Z';
const after = '2026-03-01T12:00:01.500Z';

const exportsFolder = (): string =>
  join(server.app.get<Environment>(ENVIRONMENT).dataDir, 'exports');

beforeEach(async () => {
  await removeServices(server);
  await rm(exportsFolder(), { recursive: true, force: true });
});

const post = (options: RequestOptions, query = ''): Promise<TestResponse> =>
  server.request('POST', `${base}/services/files${query}`, options);

async function exported(json: object, headers: Record<string, string> = {}): Promise<string[]> {
  const answer = await post({ json, headers });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('created')]);
  return answer.json.created as string[];
}

const download = (name: string, headers: Record<string, string> = {}): Promise<TestResponse> =>
  server.request('GET', `${base}/files/${name}`, { headers });

const list = async (headers: Record<string, string> = {}): Promise<any[]> =>
  (await server.request('GET', `${base}/files`, { headers })).json as any[];

const auditOf = async (): Promise<any> =>
  ((await server.request('GET', `${base}/audit?limit=1`)).json as any[])[0];

const service: StoredService = {
  customer: 'Zoë "the" cat, \r\nof 猫 😀',
  type: '7',
  started: at,
  startedFields: { session_id: 's;1', media_type: 'voice', application_id: 3 },
  est: 60,
  completed: after,
  completedFields: { disposition: '=SUM(A1)', disposition_desc: 'two\nlines' },
  extensions: { Nothing: null, Feedback: { stars: [5], words: 'a "quoted" ü,\n' } },
  states: [
    { type: 8, started: at, completed: after, completedFields: { disposition: 2 } },
    { type: 'bye', started: after, previous_state_id: 41, extensions: { Note: '"' } },
  ],
  tasks: [{ type: 'call', started: at, state_id: 42, startedFields: { resource_id: 9 } }],
};

describe('POST /maintenance/services/files as JSON', () => {
  it('writes a file of ids, as the stream has them', async () => {
    const ids = await storeServices(server, service, { customer: 'b', started: after });
    const created = await exported({ time_from: from });
    expect(created).toEqual([expect.stringMatching(/^export20\d{6}_\d{6}_\d{3}_services\.json$/)]);
    const answer = await download(created[0]!);
    expect([answer.status, answer.json]).toEqual([200, ids]);
  });

  it('writes whole services with export_content, as the stream has them', async () => {
    await storeServices(server, service, { contact: 'b', started: after });
    const parameters = { time_from: from, export_content: true };
    const [name] = await exported(parameters);
    const streamed = await server.request(
      'GET',
      `${base}/services/stream?time_from=${from}&export_content=true`,
    );
    const text = (await download(name!)).text;
    expect(text).toBe(streamed.text);
    expect(JSON.parse(text)).toEqual([
      expect.objectContaining({ customer_id: service.customer, Nothing: null }),
      expect.objectContaining({ contact_key: 'b', active_states: [] }),
    ]);
  });

  it('writes many', async () => {
    await storeMany(server, 4500);
    const [name] = await exported({ time_from: from, export_content: true });
    const ids = (await download(name!)).json.map(({ service_id }: any) => service_id);
    expect(new Set(ids).size).toBe(4500);
    expect(await auditOf()).toMatchObject({
      operation: 'files',
      parameters: { time_from: from, export_content: true, format: 'json' },
      who: 'address:127.0.0.1',
      services: 4500,
      outcome: 'completed',
    });
  });

  it('writes an empty array when there is nothing', async () => {
    const [name] = await exported({ time_from: from });
    expect((await download(name!)).text).toBe('[]');
  });
});

describe('POST /maintenance/services/files as CSV', () => {
  it('writes three files, one column for each field, events flattened', async () => {
    const [id] = await storeServices(server, service);
    const created = await exported({ time_from: from, format: 'csv' });
    const stamp = created[0]!.slice(0, 'export20261127_203015_250_'.length);
    expect(created).toEqual(['services.csv', 'states.csv', 'tasks.csv'].map((end) => stamp + end));
    const [services, states, tasks] = await Promise.all(
      created.map(async (name) => readCsv((await download(name)).text)),
    );
    expect(services).toEqual([
      {
        service_id: id,
        service_type: '7',
        customer_id: service.customer,
        'started.timestamp': at,
        'started.session_id': 's;1',
        'started.media_type': 'voice',
        'started.application_id': 3,
        'completed.timestamp': after,
        est_duration: 60,
        duration: 1500,
        disposition: "'=SUM(A1)",
        disposition_desc: 'two\nlines',
        extensions: JSON.stringify(service.extensions),
      },
    ]);
    expect(states).toEqual([
      {
        ...{ service_id: id, state_id: expect.any(Number), state_type: 8 },
        'started.timestamp': at,
        'completed.timestamp': after,
        ...{ duration: 1500, disposition: 2, extensions: '{}' },
      },
      {
        ...{ service_id: id, state_id: expect.any(Number), state_type: 'bye' },
        ...{ previous_state_id: 41, 'started.timestamp': after, extensions: '{"Note":"\\""}' },
      },
    ]);
    expect(tasks).toEqual([
      {
        ...{ service_id: id, task_id: expect.any(Number), task_type: 'call', state_id: 42 },
        ...{ 'started.timestamp': at, 'started.resource_id': 9, extensions: '{}' },
      },
    ]);
  });

  it('names the columns also when there is nothing', async () => {
    const created = await exported({ time_from: from, format: 'CSV' });
    const common = ['started', 'completed'].flatMap((event) =>
      [
        ...['timestamp', 'session_id', 'interaction_id', 'application_type', 'application_id'],
        ...['resource_type', 'resource_id', 'media_type'],
      ].map((name) => `${event}.${name}`),
    );
    const last = ['est_duration', 'duration', 'disposition', 'disposition_desc', 'extensions'];
    const line = (...first: string[]): string =>
      `${[...first, ...common, ...last].map((name) => `"${name}"`).join(',')}\r\n`;
    const texts = await Promise.all(created.map(async (name) => (await download(name)).text));
    expect(texts).toEqual([
      line('service_id', 'service_type', 'customer_id', 'contact_key'),
      line('service_id', 'state_id', 'state_type', 'previous_state_id'),
      line('service_id', 'task_id', 'task_type', 'state_id'),
    ]);
  });

  it('writes many', async () => {
    await storeMany(server, 2500);
    const created = await exported({ time_from: from, format: 'csv' });
    const counts = await Promise.all(
      created.map(async (name) => readCsv((await download(name)).text).length),
    );
    expect(counts).toEqual([2500, 5000, 2500]);
  });
});

describe('parameters of files (the same in query or body)', () => {
  it('are taken from the query', async () => {
    await storeServices(server, { customer: 'a', started: at, completed: after });
    const query = `?time_from=${at}&time_to=${after}&filter_state=inactive&format=json`;
    expect((await post({}, query)).status).toBe(200);
    expect((await auditOf()).services).toBe(1);
    expect((await post({ json: {} }, query)).status).toBe(200);
  });

  it('are taken from the body where both have them; null in it counts as absent', async () => {
    const query = '?time_from=never&filter_state=active&format=csv';
    const json = { time_from: from, filter_state: null, format: 'json' };
    const answer = await post({ json }, query);
    expect(answer.json).toEqual({ created: [expect.stringMatching(/services\.json$/)] });
    expect((await auditOf()).parameters).toEqual({
      ...{ time_from: from, filter_events: 'any', filter_state: 'active' },
      ...{ export_content: false, format: 'json' },
    });
  });

  it.each([
    [{}, 'MissingParameter', 'time_from'],
    [{ time_from: null }, 'MissingParameter', 'time_from'],
    [{ time_from: '' }, 'MissingParameter', 'time_from'],
    [{ time_from: 1_772_323_200_000 }, 'InvalidParameter', 'time_from'],
    [{ time_from: [from] }, 'InvalidParameter', 'time_from'],
    [{ time_from: '2026-03-01T12:00:00 01:00' }, 'InvalidParameter', 'time_from'],
    [{ time_from: from, time_to: {} }, 'InvalidParameter', 'time_to'],
    [{ time_from: from, time_to: '' }, 'InvalidParameter', 'time_to'],
    [{ time_from: from, filter_events: 7 }, 'InvalidParameter', 'filter_events'],
    [{ time_from: from, filter_events: '' }, 'InvalidParameter', 'filter_events'],
    [{ time_from: from, filter_state: ['any'] }, 'InvalidParameter', 'filter_state'],
    [{ time_from: from, export_content: 1 }, 'InvalidParameter', 'export_content'],
    [{ time_from: from, export_content: 'ja' }, 'InvalidParameter', 'export_content'],
    [{ time_from: from, format: 'xml' }, 'InvalidParameter', 'format'],
    [{ time_from: from, format: false }, 'InvalidParameter', 'format'],
  ])('refuses %j and names the field', async (json, exception, field) => {
    const answer = await post({ json });
    expect([answer.status, answer.json]).toEqual([
      400,
      { exception, message: expect.stringMatching(new RegExp(`^${field} `)) },
    ]);
    expect(await auditOf()).toBeUndefined();
    expect(await list()).toEqual([]);
  });

  it('are JSON, an object, or absent', async () => {
    for (const json of [[], 'x', 1]) {
      expect((await post({ json }, `?time_from=${from}`)).json.exception).toBe('InvalidBody');
    }
    const form = await post({ form: { time_from: from } });
    expect([form.status, form.json.exception]).toEqual([415, 'UnsupportedMediaType']);
    expect((await post({})).json.message).toBe('time_from is mandatory');
  });
});

describe('GET and DELETE /maintenance/files (beyond the documents)', () => {
  it('lists name, size and time, the newest first', async () => {
    expect(await list()).toEqual([]);
    await storeServices(server, service);
    const [first] = await exported({ time_from: from });
    const csv = await exported({ time_from: from, format: 'csv' });
    const listed = await list();
    expect(listed.map(({ name }) => name)).toEqual([...csv.reverse(), first]);
    const size = (await download(first!)).bytes.length;
    const [day, time, ms] = first!.slice('export'.length).split('_');
    const created = `${day}${time}${ms}`.replace(
      /^(....)(..)(..)(..)(..)(..)(...)$/,
      '$1-$2-$3T$4:$5:$6.$7Z',
    );
    expect(listed.at(-1)).toEqual({ name: first, size, created });
  });

  it('lets a file be read as an attachment that nobody runs or keeps', async () => {
    const [json] = await exported({ time_from: from });
    const [csv] = await exported({ time_from: from, format: 'csv' });
    for (const [name, type] of [
      [json!, 'application/json;charset=UTF-8'],
      [csv!, 'text/csv;charset=UTF-8'],
    ] as const) {
      const { status, headers, bytes } = await download(name);
      expect([status, headers]).toEqual([
        200,
        expect.objectContaining({
          'content-type': type,
          'content-disposition': `attachment; filename="${name}"`,
          'content-length': String(bytes.length),
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-cache, no-store',
        }),
      ]);
      const head = await server.request('HEAD', `${base}/files/${name}`);
      expect([head.status, head.headers['content-length'], head.text]).toEqual([
        ...[200, String(bytes.length), ''],
      ]);
    }
  });

  it('removes a file: 204, then 404', async () => {
    const [name] = await exported({ time_from: from });
    const remove = () => server.request('DELETE', `${base}/files/${name}`);
    const removed = await remove();
    expect([removed.status, removed.text]).toEqual([204, '']);
    for (const answer of [await remove(), await download(name!)]) {
      expect([answer.status, answer.json]).toEqual([
        404,
        { exception: 'FileNotFound', message: `there is no exported file "${name}"` },
      ]);
    }
    expect(await list()).toEqual([]);
  });

  it('keeps tenants apart', async () => {
    const tenants: Record<string, string>[] = [
      {},
      { ContactCenterId: 'a' },
      { GroupId: 'a' },
      { ContactCenterId: 'a', GroupId: 'a' },
      { ContactCenterId: '../../..' },
    ];
    await storeServices(
      server,
      { customer: 'ours', started: at },
      { customer: 'theirs', started: at, tenant: tenantOf('a') },
    );
    const names: string[] = [];
    for (const headers of tenants) {
      names.push((await exported({ time_from: from, export_content: true }, headers))[0]!);
    }
    for (const [index, headers] of tenants.entries()) {
      expect((await list(headers)).map(({ name }) => name)).toEqual([names[index]]);
      for (const [other, name] of names.entries()) {
        expect((await download(name, headers)).status).toBe(index === other ? 200 : 404);
        if (index === other) continue;
        const remove = server.request('DELETE', `${base}/files/${name}`, { headers });
        expect((await remove).status).toBe(404);
      }
    }
    expect((await download(names[1]!, tenants[1])).json[0].customer_id).toBe('theirs');
    expect(await readdir(exportsFolder())).toHaveLength(tenants.length);
  });
});

describe('names of files (only those that an export can have are looked at)', () => {
  const [secret, real] = ['secret', 'export20260101_000000_000_services.json'];

  const hostile = [
    ...[
      '..',
      '%2e%2e',
      '../secret',
      '..%2fsecret',
      '%2e%2e%2fsecret',
      '..%5csecret',
      '%2Fetc%2Fpasswd',
    ],
    ...['%00', `${real}%00`, `${real}%00.txt`, `.%2f${real}`, `x%2f..%2f${real}`, `${real}%20`],
    ...[`${real}%2f`, `.${real}.part`, 'export20260101_000000_000_services.exe', 'secret'],
    ...['export20260101_000000_000_states.json', 'export99999999_000000_000_services.json'],
    ...[`tenant-0%2f${real}`, 'x'.repeat(3000), '%F0%9F%98%80', `${real};x`, real.toUpperCase()],
  ];

  it.each(hostile)('%s is not found', async (name) => {
    const folder = exportsFolder();
    await mkdir(folder, { recursive: true });
    for (const path of [join(folder, '../secret'), join(folder, secret), join(folder, real)]) {
      await writeFile(path, 'what nobody may read');
    }
    await writeFile(join(folder, `.${real}.part`), 'half');
    for (const method of ['GET', 'DELETE']) {
      const line = `${method} ${base}/files/${name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      const { status, text } = await server.rawRequest(line);
      // A dot segment in the path itself leads to no route of ours.
      const exception = /FileNotFound|RouteNotFound/;
      expect([name, status, text]).toEqual([name, 404, expect.stringMatching(exception)]);
      expect(text).not.toContain('what nobody may read');
      expect(text).not.toContain(folder);
    }
    expect((await readdir(folder)).sort()).toEqual([`.${real}.part`, real, secret]);
    expect((await list()).map((file) => file.name)).toEqual([real]);
  });

  it('that are links, folders or pipes are not found', async () => {
    const folder = exportsFolder();
    await mkdir(folder, { recursive: true });
    const names = [0, 1, 2].map((n) => `export20260101_000000_00${n}_services.json`);
    await symlink('/etc/passwd', join(folder, names[0]!));
    await symlink('nowhere', join(folder, names[1]!));
    await mkdir(join(folder, names[2]!));
    for (const name of names) {
      for (const method of ['GET', 'DELETE']) {
        const answer = await server.request(method, `${base}/files/${name}`);
        expect([name, method, answer.status, answer.json.exception]).toEqual([
          ...[name, method, 404, 'FileNotFound'],
        ]);
      }
    }
    expect(await list()).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(names);
  });
});

describe('how files are made', () => {
  it('gives exports of the same moment names of their own', async () => {
    await storeServices(server, service);
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        exported({ time_from: from, format: index % 2 === 0 ? 'json' : 'csv' }),
      ),
    );
    expect(new Set(all.flat()).size).toBe(6 + 6 * 3);
    expect(await list()).toHaveLength(6 + 6 * 3);
  });

  it('lets the owner alone read the folder and the files', async () => {
    const [ours] = await exported({ time_from: from });
    await exported({ time_from: from }, { GroupId: 'g' });
    const modeOf = async (path: string): Promise<string> =>
      ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(exportsFolder())).toBe('700');
    expect(await modeOf(join(exportsFolder(), ours!))).toBe('600');
    const [folder] = (await readdir(exportsFolder())).filter((name) => name.startsWith('tenant-'));
    expect(await modeOf(join(exportsFolder(), folder!))).toBe('700');
  });

  it('takes no name that is there, whoever made it', async () => {
    const folder = exportsFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'one'), 'theirs');
    const soon = Date.now();
    // All names of the next second but its last ones are taken, of half of them the hidden ones.
    const names = Array.from({ length: 3000 }, (_, ms) => {
      const digits = new Date(soon + ms).toISOString().replace(/[-:Z]/g, '').replace(/[T.]/g, '_');
      const name = `export${digits}_services.json`;
      return ms % 2 === 0 ? name : `.${name}.part`;
    });
    for (const name of names) await link(join(folder, 'one'), join(folder, name));
    const [created] = await exported({ time_from: from });
    expect(names).not.toContain(created);
    expect(names).not.toContain(`.${created}.part`);
    expect(await readFile(join(folder, 'one'), 'utf8')).toBe('theirs');
  });

  it('removes what crashes have left behind once it is old', async () => {
    const folder = exportsFolder();
    await mkdir(folder, { recursive: true });
    const old = '.export20260101_000000_000_services.json.part';
    const recent = '.export20260101_000000_001_services.csv.part';
    const others = '.export.part';
    for (const name of [old, recent, others]) await writeFile(join(folder, name), 'half');
    const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const name of [old, others]) await utimes(join(folder, name), hoursAgo, hoursAgo);
    const [created] = await exported({ time_from: from });
    expect((await readdir(folder)).sort()).toEqual([others, recent, created!].sort());
  });

  it('answers an error without a path when nothing can be written', async () => {
    const folder = exportsFolder();
    await mkdir(join(folder, '..'), { recursive: true });
    await writeFile(folder, 'no folder');
    const answer = await post({ json: { time_from: from } });
    expect([answer.status, answer.json]).toEqual([
      500,
      { exception: 'ExportFailed', message: 'the export was given up: writing failed' },
    ]);
    expect(await auditOf()).toMatchObject({ operation: 'files', services: 0, outcome: 'failed' });
  });
});
