import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { numbersFrom, serviceSections } from '../../support/sections.js';
import type { RunningServer } from '../../support/test-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Resource groups; match-interaction: two server processes, one database
const servers = useServers();
const service = '/genesys/1/service';
const config = {
  ...serviceSections,
  'resources.fifty': {
    _allocation_strategy: 'CLUSTER',
    _booking_expiration_timeout: 60,
    numbers: numbersFrom(8003440000, 50),
  },
  'resources.brief': {
    _allocation_strategy: 'CLUSTER',
    _booking_expiration_timeout: 5,
    numbers: numbersFrom(8003450000, 10),
  },
  'resources.access': { _allocation_strategy: 'CLUSTER', numbers: numbersFrom(8003480000, 20) },
  'resources.matched': { _allocation_strategy: 'CLUSTER', numbers: numbersFrom(8003490000, 20) },
  'resources.shared': { _allocation_strategy: 'RANDOM', numbers: ['8003460000'] },
};

interface Answer {
  readonly status: number;
  readonly json: any;
  readonly headers: Record<string, unknown>;
}

let a: RunningServer;
let b: RunningServer;
let databaseUrl: string;

beforeAll(async () => {
  const database = await servers.database();
  const options = { config, database, env: { GMS_SWEEP_INTERVAL_MS: '100' } };
  databaseUrl = database.url;
  a = await servers.spawn(options);
  b = await servers.spawn(options);
});

function interact(node: RunningServer, group: string, more = {}): Promise<Answer> {
  const form = { _phone_number: '1', _resource_group: group, _ttl: '60', ...more };
  return node.request('POST', `${service}/request-interaction`, { form });
}

describe('100 clients on 50 numbers, two server processes', () => {
  it('get 50 distinct numbers and 50 clear refusals, and the numbers are free after a match', async () => {
    const race = () =>
      Promise.all(Array.from({ length: 100 }, (_, n) => interact(n % 2 ? a : b, 'fifty')));
    for (let round = 0; round < 2; round++) {
      const answers = await race();
      const won = answers.filter(({ status }) => status === 200);
      const refused = answers.filter(({ status }) => status === 503);
      expect([won.length, refused.length]).toEqual([50, 50]);
      expect(new Set(won.map(({ json }) => json._access_number)).size).toBe(50);
      for (const { json, headers } of refused) {
        expect(json.exception).toBe('ResourceUnavailable');
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
      const matches = await Promise.all(
        won.map(({ json }, n) =>
          (n % 2 ? b : a).request('POST', `${service}/match-interaction`, {
            form: { _access_number: json._access_number },
          }),
        ),
      );
      expect(matches.map(({ json }) => json._id)).toEqual(won.map(({ json }) => json._id));
    }
    expect(await grantsOf('fifty')).toEqual({ grants: 100, booked: 0 });
  });
});

describe('two simultaneous matches of one service', () => {
  it('have one winner, with a code, an ANI, and the number alone', async () => {
    for (let round = 0; round < 9; round++) {
      const more = round % 3 === 0 ? { _provide_code: 'true' } : {};
      const { json } = await interact(a, 'matched', more);
      const form: Record<string, string> = { _access_number: json._access_number };
      if (round % 3 === 0) form._access_code = json._access_code;
      if (round % 3 === 1) form._phone_number = '1';
      const answers = await Promise.all(
        [a, b, a, b].map((node) => node.request('POST', `${service}/match-interaction`, { form })),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, 404, 404, 404]);
    }
  });
});

describe('request-access twice at once for one service', () => {
  it('makes one booking', async () => {
    for (let round = 0; round < 10; round++) {
      const { json } = await interact(a, 'shared');
      const form = { _id: json._id, _resource_group: 'access', _provide_code: 'true' };
      const answers = await Promise.all(
        [a, b, a, b].map((node) => node.request('POST', `${service}/request-access`, { form })),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    }
    expect((await grantsOf('access')).booked).toBe(10);
  });
});

describe('codes of one shared number', () => {
  it('are unique among live services, whatever races', async () => {
    const more = { _provide_code: 'true', _access_code_length: '4' };
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => interact(n % 2 ? a : b, 'shared', more)),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(new Set(answers.map(({ json }) => json._access_code)).size).toBe(200);
  });
});

describe('booking, matching, ending and sweeping together', () => {
  it('never book a number twice and never lose one', async () => {
    const held = new Map<string, string>();
    const problems: string[] = [];
    const until = Date.now() + 3000;
    const client = async (n: number): Promise<void> => {
      while (Date.now() < until) {
        const node = n % 2 ? a : b;
        const began = Date.now();
        const ttl = n % 4 === 0 ? '1' : '60';
        const { status, json } = await interact(node, 'brief', { _ttl: ttl });
        if (status === 503) continue;
        const number = json._access_number as string;
        const other = held.get(number);
        if (other !== undefined) problems.push(`${number} of ${other} given to ${json._id}`);
        // Those with a short life are left to the sweeper, and so are not watched.
        if (ttl === '1') continue;
        held.set(number, json._id);
        if (Date.now() - began < 4000) {
          held.delete(number);
          const form = { _access_number: number };
          const end =
            n % 3 === 0
              ? await node.request('DELETE', `${service}/${json._id}`)
              : await node.request('POST', `${service}/match-interaction`, { form });
          if (end.status !== 200) problems.push(`${number}: ${end.status} ${end.text}`);
        }
      }
    };
    await Promise.all(Array.from({ length: 24 }, (_, n) => client(n)));
    expect(problems).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) => interact(n % 2 ? a : b, 'brief')),
    );
    expect(new Set(all.map(({ json }) => json._access_number)).size).toBe(10);
    expect((await grantsOf('brief')).booked).toBe(10);
  });
});

/** What the database still holds of a group. */
async function grantsOf(group: string): Promise<{ grants: number; booked: number }> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT count(*)::int AS grants,
              count(*) FILTER (WHERE booked AND booked_until > now())::int AS booked
         FROM access_grant WHERE group_name = $1 AND expires_at > now()`,
      [group],
    );
    return rows[0];
  } finally {
    await client.end();
  }
}
