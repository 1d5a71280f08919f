import { describe, expect, it } from '@jest/globals';
import { numbersFrom, serviceSections } from '../../support/sections.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, request-interaction; request-access; Resource groups
const server = useTestServer({
  config: {
    ...serviceSections,
    'resources.two': { _allocation_strategy: 'CLUSTER', numbers: ['200', '201'] },
    'resources.local': { _allocation_strategy: 'LOCAL', numbers: ['210'] },
    'resources.short': {
      _allocation_strategy: 'CLUSTER',
      _booking_expiration_timeout: 5,
      numbers: ['220'],
    },
    'resources.backup': {
      _allocation_strategy: 'CLUSTER',
      _backup_resource: '999',
      numbers: ['230'],
    },
    'resources.random': { _allocation_strategy: 'RANDOM', numbers: numbersFrom(240, 3) },
    'resources.round': { _allocation_strategy: 'ROUND_ROBIN', numbers: numbersFrom(250, 3) },
    'resources.left': { _allocation_strategy: 'CLUSTER', numbers: ['260', '261'] },
    'resources.right': { _allocation_strategy: 'CLUSTER', numbers: ['261', '262'] },
    'resources.timed': {
      _allocation_strategy: 'CLUSTER',
      _booking_expiration_timeout: 40,
      numbers: numbersFrom(2700, 20),
    },
    'resources.empty': { _allocation_strategy: 'CLUSTER', numbers: [] },
    'resources.renew': { _allocation_strategy: 'CLUSTER', numbers: numbersFrom(280, 4) },
    'resources.other': { _allocation_strategy: 'CLUSTER', numbers: numbersFrom(290, 4) },
    'service.iPhoneService': {
      type: 'built-in',
      name: 'request-interaction',
      ttl: 7200,
      provide_code: false,
      resource_group: 'timed',
    },
    'service.timed': {
      _type: 'builtin',
      _service: 'request-interaction',
      _resource_group: 'timed',
      _booking_expiration_timeout: 50,
    },
    'service.nobody': {
      _type: 'builtin',
      _service: 'request-interaction',
      _resource_group: 'random',
      _phone_number_required: false,
    },
    'service.timed-access': {
      _type: 'builtin',
      _service: 'request-access',
      _booking_expiration_timeout: 60,
      _access_code_length: 8,
    },
  },
});
const service = '/genesys/1/service';
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function interact(group: string, more: Record<string, string> = {}, name = 'request-interaction') {
  const form = { _phone_number: '6504669999', _resource_group: group, _ttl: '60', ...more };
  return server.request('POST', `${service}/${name}`, { form });
}

function access(id: string, group: string, more: Record<string, string> = {}) {
  const form = { _id: id, _resource_group: group, ...more };
  return server.request('POST', `${service}/request-access`, { form });
}

async function release(...ids: string[]): Promise<void> {
  for (const id of ids) await server.request('DELETE', `${service}/${id}`);
}

describe('locked groups', () => {
  it('give each number to one service, then refuse with Retry-After and make nothing', async () => {
    const first = (await interact('two')).json;
    const second = (await interact('two')).json;
    expect(new Set([first._access_number, second._access_number])).toEqual(new Set(['200', '201']));
    const refused = await interact('two');
    expect([refused.status, refused.json.exception]).toEqual([503, 'ResourceUnavailable']);
    const retryAfter = Number(refused.headers['retry-after']);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(30);
    const count = await server.request('GET', '/metrics');
    expect(count.text).toContain('gms_services{type="request-interaction"} 2');
    await release(first._id, second._id);
    const again = (await interact('two')).json;
    expect(['200', '201']).toContain(again._access_number);
    await release(again._id);
  });

  it('are one pool, LOCAL as CLUSTER', async () => {
    const first = (await interact('local')).json;
    expect((await interact('local')).status).toBe(503);
    await release(first._id);
    const again = await interact('local');
    expect(again.json._access_number).toBe('210');
    await release(again.json._id);
  });

  it('hand out the number that has been free longest', async () => {
    const a = (await interact('other')).json;
    const b = (await interact('other')).json;
    await release(b._id, a._id);
    const order = [];
    const ids = [];
    for (let i = 0; i < 4; i++) {
      const { json } = await interact('other');
      order.push(json._access_number);
      ids.push(json._id);
    }
    expect(order).toEqual(['292', '293', b._access_number, a._access_number]);
    await release(...ids);
  });

  it('free a number when its booking ends; the service stays matchable', async () => {
    const first = (await interact('short')).json;
    expect(first._expiration_time).toBe('5');
    expect((await interact('short')).headers['retry-after']).toMatch(/^[1-5]$/);
    await sleep(5100);
    const second = await interact('short');
    expect(second.json._access_number).toBe('220');
    const match = await server.request('POST', `${service}/match-interaction`, {
      form: { _access_number: '220', _phone_number: '6504669999' },
    });
    expect(match.json._id).toBe(second.json._id);
    const older = await server.request('POST', `${service}/match-interaction`, {
      form: { _access_number: '220', _phone_number: '6504669999' },
    });
    expect(older.json._id).toBe(first._id);
  });

  it('free a number when its service ends before the booking', async () => {
    const first = await interact('local', { _ttl: '1' });
    expect(first.status).toBe(200);
    await sleep(1100);
    const second = await interact('local');
    expect(second.json._access_number).toBe('210');
    await release(second.json._id);
  });

  it('book a number of several groups once across them all', async () => {
    const left = [(await interact('left')).json, (await interact('left')).json];
    expect(left.map((one) => one._access_number).sort()).toEqual(['260', '261']);
    const right = await interact('right');
    expect(right.json._access_number).toBe('262');
    expect((await interact('right')).status).toBe(503);
    await release(...left.map((one) => one._id), right.json._id);
    const both = [(await interact('right')).json, (await interact('right')).json];
    expect(both.map((one) => one._access_number).sort()).toEqual(['261', '262']);
    await release(...both.map((one) => one._id));
  });

  it('give the backup number, not locked, when all are locked', async () => {
    const first = (await interact('backup')).json;
    expect(first._expiration_time).toBe('30');
    for (let i = 0; i < 2; i++) {
      const { json } = await interact('backup', { _ttl: '77' });
      expect([json._access_number, json._expiration_time]).toEqual(['999', '77']);
    }
    await release(first._id);
    expect((await interact('backup')).json._access_number).toBe('230');
  });

  it('refuse when the group has no number at all', async () => {
    const refused = await interact('empty');
    expect([refused.status, refused.json.exception]).toEqual([503, 'ResourceUnavailable']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('shared groups', () => {
  it('RANDOM gives any number to any number of services', async () => {
    const given = new Set<string>();
    for (let i = 0; i < 40; i++) given.add((await interact('random')).json._access_number);
    expect([...given].sort()).toEqual(['240', '241', '242']);
  });

  it('ROUND_ROBIN gives the longest unused, in strict order', async () => {
    const given = [];
    for (let i = 0; i < 7; i++) given.push((await interact('round')).json._access_number);
    expect(given).toEqual(['250', '251', '252', '250', '251', '252', '250']);
  });
});

describe('the booking’s length', () => {
  it('is the service’s option, else the group’s, else 30; request-interaction has no say', async () => {
    const asked = { _booking_expiration_timeout: '99' };
    expect((await interact('timed', asked)).json._expiration_time).toBe('40');
    expect((await interact('two', asked)).json._expiration_time).toBe('30');
    expect((await interact('timed', asked, 'timed')).json._expiration_time).toBe('50');
  });

  it('is the request’s in request-access, 5 to 1800 seconds', async () => {
    const { _id: id } = (await interact('random')).json;
    const ask = async (more: Record<string, string>, name = 'request-access') => {
      const form = { _id: id, _resource_group: 'timed', ...more };
      return server.request('POST', `${service}/${name}`, { form });
    };
    expect((await ask({})).json._expiration_time).toBe('40');
    expect((await ask({}, 'timed-access')).json._expiration_time).toBe('60');
    const own = await ask({ _booking_expiration_timeout: '1800' }, 'timed-access');
    expect(own.json._expiration_time).toBe('1800');
    for (const timeout of ['4', '1801', 'x']) {
      const refused = await ask({ _booking_expiration_timeout: timeout });
      expect([refused.status, refused.json.exception]).toEqual([400, 'InvalidParameter']);
      expect(refused.json.message).toContain('_booking_expiration_timeout');
    }
  });
});

describe('configured services', () => {
  it('take options without underscore, and configured options win over the request', async () => {
    const { json } = await interact(
      'random',
      { _provide_code: 'true', _ttl: '5' },
      'iPhoneService',
    );
    expect(json._access_number).toMatch(/^27\d\d$/);
    expect(json).not.toHaveProperty('_access_code');
  });

  it('want a group of numbers that is configured', async () => {
    for (const [group, exception] of [
      ['nowhere', 'InvalidParameter'],
      ['', 'MissingParameter'],
    ] as const) {
      const { status, json } = await interact(group);
      expect([status, json.exception]).toEqual([400, exception]);
      expect(json.message).toContain('_resource_group');
    }
  });

  it('may do without a phone number', async () => {
    const { status } = await server.request('POST', `${service}/nobody`, { form: {} });
    expect(status).toBe(200);
  });
});

describe('request-access', () => {
  it('books a number for a live service and answers its id; no new service is made', async () => {
    const { _id: id } = (await interact('random')).json;
    const { status, json } = await access(id, 'renew', { _provide_code: 'true' });
    expect(status).toBe(200);
    expect(json).toEqual({
      _id: id,
      _access_number: expect.stringMatching(/^28\d$/),
      _access_code: expect.stringMatching(/^\d{6}$/),
      _expiration_time: '30',
    });
    const match = await server.request('POST', `${service}/match-interaction`, {
      form: { _access_number: json._access_number, _access_code: json._access_code },
    });
    expect(match.json).toEqual({ _id: id, _data_id: id });
  });

  it('renews the booking of the same group, its code kept', async () => {
    const { _id: id } = (await interact('random')).json;
    const first = (await access(id, 'renew', { _provide_code: 'true' })).json;
    const second = (await access(id, 'renew', { _provide_code: 'true' })).json;
    expect(second).toEqual(first);
    const longer = (await access(id, 'renew', { _booking_expiration_timeout: '90' })).json;
    expect([longer._access_number, longer._expiration_time]).toEqual([first._access_number, '90']);
    await release(id);
  });

  it('gives a first code when it is asked for only on renewal', async () => {
    const { _id: id } = (await interact('random')).json;
    const first = (await access(id, 'renew')).json;
    const second = (await access(id, 'renew', { _provide_code: 'true' })).json;
    expect(second._access_number).toBe(first._access_number);
    expect(second._access_code).toMatch(/^\d{6}$/);
    await release(id);
  });

  it('of another group releases the old number in the same step', async () => {
    const { _id: id } = (await interact('random')).json;
    const old = (await access(id, 'local')).json;
    expect(old._access_number).toBe('210');
    const moved = (await access(id, 'renew')).json;
    expect(moved._access_number).toMatch(/^28\d$/);
    const free = await interact('local');
    expect(free.json._access_number).toBe('210');
    const refused = await access(id, 'local');
    expect(refused.status).toBe(503);
    const kept = (await access(id, 'renew')).json;
    expect(kept._access_number).toBe(moved._access_number);
    await release(id, free.json._id);
  });

  it('matches by the phone number that it names', async () => {
    const { _id: id } = (await interact('random')).json;
    const { json } = await access(id, 'renew', { _phone_number: '+1 (415) 555-0100' });
    const match = (phone: string) =>
      server.request('POST', `${service}/match-interaction`, {
        form: { _access_number: json._access_number, _phone_number: phone },
      });
    expect((await match('6504669999')).status).toBe(404);
    expect((await match('+14155550100')).json._id).toBe(id);
  });

  it('answers 404 without the service and 400 without id or group', async () => {
    const none = await access('0e8c4ad4-3d17-4a52-9e6a-1f6e3ac4ef00', 'renew');
    expect([none.status, none.json.exception]).toEqual([404, 'ServiceInstanceNotFound']);
    const noId = await server.request('POST', `${service}/request-access`, {
      form: { _resource_group: 'renew' },
    });
    expect([noId.status, noId.json.exception]).toEqual([400, 'MissingParameter']);
    const { _id: id } = (await interact('random')).json;
    const noGroup = await server.request('POST', `${service}/request-access`, {
      form: { _id: id },
    });
    expect([noGroup.status, noGroup.json.exception]).toEqual([400, 'MissingParameter']);
    const unknownGroup = await access(id, 'none');
    expect([unknownGroup.status, unknownGroup.json.exception]).toEqual([400, 'InvalidParameter']);
  });

  it('has its own code length', async () => {
    const { _id: id } = (await interact('random')).json;
    const { json } = await server.request('POST', `${service}/timed-access`, {
      form: { _id: id, _resource_group: 'renew', _provide_code: 'true' },
    });
    expect(json._access_code).toMatch(/^\d{8}$/);
    await release(id);
  });
});

describe('a changed group', () => {
  const section = (name: string) => `/genesys/1/admin/config/sections/${name}`;

  it('keeps a live booking of a number that it loses, to the end', async () => {
    const put = (numbers: string[]) =>
      server.request('PUT', section('resources.changing'), {
        json: { _allocation_strategy: 'CLUSTER', numbers },
      });
    expect((await put(['300'])).status).toBe(200);
    const { json } = await interact('changing');
    expect((await put(['301'])).status).toBe(200);
    const next = await interact('changing');
    expect(next.json._access_number).toBe('301');
    expect((await put(['300', '301'])).status).toBe(200);
    expect((await interact('changing')).status).toBe(503);
    const match = await server.request('POST', `${service}/match-interaction`, {
      form: { _access_number: '300' },
    });
    expect(match.json._id).toBe(json._id);
    expect((await interact('changing')).json._access_number).toBe('300');
  });

  it('cannot be deleted while a service names it', async () => {
    const refused = await server.request('DELETE', section('resources.timed'));
    expect([refused.status, refused.json.exception]).toEqual([400, 'InvalidConfiguration']);
    expect(refused.json.message).toContain('service.timed');
    expect((await server.request('DELETE', section('resources.empty'))).status).toBe(200);
  });

  it.each([
    [{ _allocation_strategy: 'BEST', numbers: [] }, '_allocation_strategy'],
    [{ _booking_expiration_timeout: 4 }, '_booking_expiration_timeout'],
    [{ _booking_expiration_timeout: 1801 }, '_booking_expiration_timeout'],
    [{ numbers: ['800', '8-0-0'] }, 'numbers'],
    [{ numbers: ['FLOWERS'] }, 'numbers'],
    [{ numbers: '800' }, 'numbers'],
    [{ _backup_resource: 'x' }, '_backup_resource'],
    [{ colour: 'red' }, 'colour'],
  ])('is refused as %j', async (json, option) => {
    const refused = await server.request('PUT', section('resources.bad'), { json });
    expect([refused.status, refused.json.exception]).toEqual([400, 'InvalidConfiguration']);
    expect(refused.json.message).toContain('resources.bad');
    expect(refused.json.message).toContain(option);
  });

  it.each([
    [{ _type: 'builtin', _service: 'request-interaction', _ttl: 0 }, '_ttl'],
    [{ _type: 'builtin', _service: 'request-interaction', _resource_group: 'no' }, 'no'],
    [{ _type: 'builtin', _service: 'request-tea' }, '_service'],
    [{ _type: 'other', _service: 'request-interaction' }, '_type'],
    [{ _type: 'builtin', _service: 'match-interaction', _ttl: 5 }, '_ttl'],
    [{ _type: 'builtin', _service: 'request-access', _access_code_length: 3 }, 'length'],
  ])('a service is refused as %j', async (json, word) => {
    const refused = await server.request('PUT', section('service.bad'), { json });
    expect([refused.status, refused.json.exception]).toEqual([400, 'InvalidConfiguration']);
    expect(refused.json.message).toContain('service.bad');
    expect(refused.json.message).toContain(word);
  });
});
