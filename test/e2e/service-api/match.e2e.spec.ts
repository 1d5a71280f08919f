import { describe, expect, it } from '@jest/globals';
import { picture } from '../../support/picture.js';
import { numbersFrom, serviceSections } from '../../support/sections.js';
import { useServers, useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, match-interaction
const config = {
  ...serviceSections,
  'resources.locked': { _allocation_strategy: 'CLUSTER', numbers: numbersFrom(400, 40) },
  'resources.shared': { _allocation_strategy: 'RANDOM', numbers: ['500'] },
  'resources.both': { _allocation_strategy: 'RANDOM', numbers: ['400'] },
};
const servers = useServers();
const server = useTestServer({ config });
const service = '/genesys/1/service';

interface Created {
  readonly _id: string;
  readonly _access_number: string;
  readonly _access_code: string;
}

async function interact(group: string, more: Record<string, string> = {}): Promise<Created> {
  const form = { _phone_number: '6504669999', _resource_group: group, _ttl: '60', ...more };
  const { status, json } = await server.request('POST', `${service}/request-interaction`, { form });
  expect(status).toBe(200);
  return json as Created;
}

function match(form: Record<string, string>) {
  return server.request('POST', `${service}/match-interaction`, { form });
}

/** Clears the shared number for the next test. */
async function end(...services: Created[]): Promise<void> {
  for (const { _id } of services) await server.request('DELETE', `${service}/${_id}`);
}

describe.each(['locked', 'shared'])('a number of a %s group', (group) => {
  it('matches DNIS + ANI, however the numbers are written', async () => {
    const created = await interact(group, { _phone_number: '+1 (650) 466-9999' });
    const wrong = await match({
      _access_number: created._access_number,
      _phone_number: '6504669999',
    });
    expect([wrong.status, wrong.json.exception]).toEqual([404, 'NoMatch']);
    const { status, json } = await match({
      _access_number: ` ${created._access_number.split('').join('-')} `,
      _phone_number: '+16504669999',
    });
    expect([status, json]).toEqual([200, { _id: created._id, _data_id: created._id }]);
    await end(created);
  });

  it('matches DNIS + access code, whatever the ANI', async () => {
    const created = await interact(group, { _provide_code: 'true' });
    const { json } = await match({
      _access_number: created._access_number,
      _access_code: created._access_code,
      _phone_number: 'anonymous',
    });
    expect(json).toEqual({ _id: created._id, _data_id: created._id });
    await end(created);
  });

  it('does not fall back to the ANI when the code is wrong', async () => {
    const created = await interact(group, { _provide_code: 'true' });
    const { status, json } = await match({
      _access_number: created._access_number,
      _access_code: created._access_code === '000000' ? '000001' : '000000',
      _phone_number: '6504669999',
    });
    expect([status, json.exception]).toEqual([404, 'NoMatch']);
    await end(created);
  });

  it('is matched once', async () => {
    const created = await interact(group);
    const form = { _access_number: created._access_number, _phone_number: '6504669999' };
    expect((await match(form)).status).toBe(200);
    expect((await match(form)).status).toBe(404);
    const data = await server.request('GET', `${service}/${created._id}/storage`);
    expect(data.status).toBe(200);
    await end(created);
  });

  it('does not match a service that has ended', async () => {
    const created = await interact(group, { _ttl: '1' });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const form = { _access_number: created._access_number, _phone_number: '6504669999' };
    expect((await match(form)).status).toBe(404);
  });
});

describe('DNIS alone', () => {
  it('matches the one live locked booking and frees its number', async () => {
    const created = await interact('locked');
    const { json } = await match({ _access_number: created._access_number });
    expect(json._id).toBe(created._id);
    expect((await match({ _access_number: created._access_number })).status).toBe(404);
  });

  it('matches nothing on a number that is not locked', async () => {
    const created = await interact('shared');
    expect((await match({ _access_number: '500' })).status).toBe(404);
    await end(created);
  });

  it('counts an empty phone number and an empty code as not given', async () => {
    const created = await interact('locked');
    const { json } = await match({
      _access_number: created._access_number,
      _phone_number: '',
      _access_code: '',
    });
    expect(json._id).toBe(created._id);
  });
});

describe('several services that fit', () => {
  it('match newest first', async () => {
    const older = await interact('shared');
    const newer = await interact('shared');
    const form = { _access_number: '500', _phone_number: '6504669999' };
    expect((await match(form)).json._id).toBe(newer._id);
    expect((await match(form)).json._id).toBe(older._id);
    expect((await match(form)).status).toBe(404);
    await end(older, newer);
  });

  it('match the live booking before a newer service that holds none', async () => {
    const ids: Created[] = [];
    let booked: Created | undefined;
    while (booked === undefined) {
      const created = await interact('locked');
      ids.push(created);
      if (created._access_number === '400') booked = created;
    }
    const newer = await interact('both');
    const form = { _access_number: '400', _phone_number: '6504669999' };
    expect((await match(form)).json._id).toBe(booked._id);
    expect((await match(form)).json._id).toBe(newer._id);
    await end(...ids, newer);
  });

  it('come all, newest first, with _return_multiple_matches, and are matched all', async () => {
    const created = [
      await interact('shared', { who: 'a' }),
      await interact('shared', { who: 'b' }),
      await interact('shared', { who: 'c' }),
    ];
    const form = {
      _access_number: '500',
      _phone_number: '6504669999',
      _return_multiple_matches: 'TRUE',
      _return_data: 'true',
    };
    const { json } = await match(form);
    expect(json).toEqual({
      matches: created
        .map(({ _id }, index) => ({ _id, _data_id: _id, who: 'abc'[index] }))
        .reverse(),
    });
    expect((await match(form)).status).toBe(404);
    await end(...created);
  });
});

describe('options', () => {
  it('_return_data joins the user data, pictures as links', async () => {
    const created = await server.request('POST', `${service}/request-interaction`, {
      multipart: [
        { name: '_phone_number', value: '6504669999' },
        { name: '_resource_group', value: 'locked' },
        { name: 'language', value: 'french' },
        { name: 'FileKey', value: picture, fileName: 'MyPic.png', contentType: 'image/png' },
      ],
    });
    const { _id: id, _access_number: number } = created.json;
    const { json } = await match({ _access_number: number, _return_data: 'true' });
    const link = `${server.url}${service}/${id}/storage/binary/FileKey`;
    expect(json).toEqual({ _id: id, _data_id: id, language: 'french', FileKey: link });
    expect((await server.request('GET', new URL(link).pathname)).bytes.equals(picture)).toBe(true);
  });

  it('_delete_service ends what was matched', async () => {
    const created = await interact('locked', { a: '1' });
    const { json } = await match({
      _access_number: created._access_number,
      _delete_service: 'true',
      _return_data: 'true',
    });
    expect(json).toEqual({ _id: created._id, _data_id: created._id, a: '1' });
    const data = await server.request('GET', `${service}/${created._id}/storage`);
    expect(data.status).toBe(404);
  });

  it('bad ones and a missing access number are refused', async () => {
    const missing = await match({ _phone_number: '1' });
    expect([missing.status, missing.json.exception]).toEqual([400, 'MissingParameter']);
    const bad = await match({ _access_number: '400', _return_data: 'perhaps' });
    expect([bad.status, bad.json.exception]).toEqual([400, 'InvalidParameter']);
  });

  it('release only the matched service’s own booking, never a newer one', async () => {
    const old = await interact('locked');
    const number = old._access_number;
    // The old booking ends with its release in another group; its grant moves away.
    await server.request('POST', `${service}/request-access`, {
      form: { _id: old._id, _resource_group: 'shared' },
    });
    const fill: Created[] = [];
    let newer: Created | undefined;
    while (newer === undefined) {
      const created = await interact('locked', { _phone_number: '111' });
      fill.push(created);
      if (created._access_number === number) newer = created;
    }
    expect((await match({ _access_number: '500', _phone_number: '6504669999' })).json._id).toBe(
      old._id,
    );
    expect((await match({ _access_number: number })).json._id).toBe(newer._id);
    await end(old, ...fill);
  });
});

describe('guessing codes', () => {
  it('is slowed after ten wrong codes, on every node, for right codes too', async () => {
    const database = await servers.database();
    const [here, there] = [
      await servers.start({ config, database }),
      await servers.start({ config, database }),
    ];
    const { json } = await here.request('POST', `${service}/request-interaction`, {
      form: { _phone_number: '1', _resource_group: 'locked', _provide_code: 'true' },
    });
    // One number, however it is written.
    const plain = json._access_number as string;
    const guess = (node: typeof here, code: string, number = plain) =>
      node.request('POST', `${service}/match-interaction`, {
        form: { _access_number: number, _access_code: code },
      });
    const wrong = json._access_code === '111111' ? '222222' : '111111';
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        guess(n % 2 ? here : there, wrong, n % 3 ? plain : [...plain].join('-')),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(10).fill(404), ...Array<number>(10).fill(429)]);
    for (const node of [here, there]) {
      const right = await guess(node, json._access_code);
      expect([right.status, right.json.exception]).toEqual([429, 'RateLimited']);
      const wait = Number(right.headers['retry-after']);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
    }
    const byAni = await here.request('POST', `${service}/match-interaction`, {
      form: { _access_number: json._access_number, _phone_number: '1' },
    });
    expect(byAni.json._id).toBe(json._id);
  });
});

describe('services.default_country', () => {
  it('compares numbers in E.164', async () => {
    const own = await servers.start({
      config: {
        ...serviceSections,
        services: { default_country: 'US' },
        'resources.us': { _allocation_strategy: 'CLUSTER', numbers: ['(800) 344-9999'] },
      },
    });
    const { json } = await own.request('POST', `${service}/request-interaction`, {
      form: { _phone_number: '(650) 466-9999', _resource_group: 'us' },
    });
    expect(json._access_number).toBe('(800) 344-9999');
    const { json: matched } = await own.request('POST', `${service}/match-interaction`, {
      form: { _access_number: '+1 800 344 9999', _phone_number: '1-650-466-9999' },
    });
    expect(matched._id).toBe(json._id);
  });
});
