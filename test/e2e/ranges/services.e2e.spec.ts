import { describe, expect, it } from '@jest/globals';
import { expectMeant, forEach, instants, numbers, texts } from '../../support/range-values.js';
import { numbersFrom, serviceSections } from '../../support/sections.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Answers: what is out of range is 400 and named, never a 500
const server = useTestServer({
  config: {
    ...serviceSections,
    'resources.locked': { _allocation_strategy: 'CLUSTER', numbers: numbersFrom(40_000, 500) },
    'resources.shared': { _allocation_strategy: 'RANDOM', numbers: ['500'] },
    services: { guess_limit: 1_000_000 },
  },
});
const service = '/genesys/1/service';

const post = (path: string, form: Record<string, string>) =>
  server.request('POST', service + path, { form });

async function interact(more: Record<string, string> = {}): Promise<any> {
  const { json } = await post('/request-interaction', {
    ...{ _phone_number: '1', _resource_group: 'locked', _ttl: '60' },
    ...more,
  });
  return json;
}

/** Everything that can be asked of a service afterwards; it ends with it. */
async function liveOn(id: string): Promise<void> {
  const access = { _id: id, _resource_group: 'locked', _provide_code: 'true' };
  const answers = [
    await post('/request-access', access),
    await post('/request-access', access),
    await post('/request-access', { ...access, _resource_group: 'shared' }),
    await post(`/${id}/storage`, { a: 'b' }),
    await server.request('GET', `${service}/${id}/storage`),
    await post(`/${id}/update`, { a: 'c' }),
    await server.request('PUT', `${service}/${id}`, { form: { ttl: '60' } }),
    await post('/request-access', access),
  ];
  const [last] = answers.slice(-1);
  const number = last!.json._access_number as string;
  answers.push(
    await post('/match-interaction', {
      ...{ _access_number: number, _access_code: last!.json._access_code },
      ...{ _return_data: 'true', _delete_service: 'true' },
    }),
  );
  expect(answers.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(
    answers.map(() => 200),
  );
}

/** The service lived on through all calls, or was refused, or has ended meanwhile. */
async function follow(id: string, isShort: boolean): Promise<void> {
  if (!isShort) await liveOn(id);
  else await server.request('DELETE', `${service}/${id}`);
}

const isShort = (value: string) => Number(value) < 30;

describe('request-interaction', () => {
  it.each(['_ttl', '_access_code_length'])('with any %s works on or names it', async (field) => {
    await forEach(numbers, async (value) => {
      const answer = await post('/request-interaction', {
        ...{ _phone_number: '1', _resource_group: 'locked', _ttl: '60', _provide_code: 'true' },
        [field]: value,
      });
      expectMeant(answer, field);
      if (answer.status === 200) await follow(answer.json._id, field === '_ttl' && isShort(value));
    });
  });

  it.each(['_phone_number', '_resource_group'])(
    'with any %s works on or names it',
    async (field) => {
      await forEach(texts, async (value) => {
        const form = { _phone_number: '1', _resource_group: 'locked', _ttl: '60', [field]: value };
        const answer = await post('/request-interaction', form);
        expectMeant(answer, field);
        if (answer.status === 200) await follow(answer.json._id, false);
      });
    },
  );
});

it('request-access with any _booking_expiration_timeout works on or names it', async () => {
  await forEach(numbers, async (value) => {
    const { _id } = await interact();
    const form = { _id, _resource_group: 'locked', _booking_expiration_timeout: value };
    expectMeant(await post('/request-access', form), '_booking_expiration_timeout');
    await follow(_id, false);
  });
});

describe('a service whose end is moved', () => {
  it('to any ttl lives on, or the ttl is named', async () => {
    await forEach(numbers, async (ttl) => {
      const { _id } = await interact();
      const answer = await server.request('PUT', `${service}/${_id}`, { form: { ttl } });
      expectMeant(answer, 'ttl');
      await follow(_id, answer.status === 200 && isShort(ttl));
    });
  });

  it('to any expiration_time lives on, or the expiration_time is named', async () => {
    await forEach(instants, async (time) => {
      const { _id } = await interact();
      const form = { expiration_time: time };
      expectMeant(await server.request('PUT', `${service}/${_id}`, { form }), 'expiration_time');
      await follow(_id, false);
    });
  });
});

it.each(['_access_number', '_access_code', '_phone_number'])(
  'match-interaction with any %s finds nothing or names it',
  async (field) => {
    await forEach(texts, async (value) => {
      const call = { _access_number: '500', _phone_number: '1', _access_code: '1234' };
      expectMeant(await post('/match-interaction', { ...call, [field]: value }), field, 'NoMatch');
    });
  },
);

it('any text as the name or id of a service is unknown at most', async () => {
  await forEach(texts, async (value) => {
    const name = encodeURIComponent(value.slice(0, 1000));
    const answers = [
      await post('/request-access', { _id: value, _resource_group: 'locked' }),
      await post(`/${name}`, {}),
      await post(`/${name}/update`, { a: 'b' }),
      await server.request('GET', `${service}/${name}/storage/a`),
      await server.request('PUT', `${service}/${name}`, { form: { ttl: '5' } }),
      await server.request('DELETE', `${service}/${name}`),
    ];
    for (const answer of answers) {
      expectMeant(answer, '', 'ServiceNotFound', 'ServiceInstanceNotFound', 'RouteNotFound');
    }
  });
});
