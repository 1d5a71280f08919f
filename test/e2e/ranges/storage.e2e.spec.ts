import { expect, it } from '@jest/globals';
import { expectMeant, forEach, numbers, texts } from '../../support/range-values.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Storage API; Answers: never a 500
const server = useTestServer({ config: { storage: { allow_client_ids: true } } });
const storage = '/genesys/1/storage';
const user = { gms_user: 'kate' };

const post = (path: string, form: Record<string, string> = { a: 'b' }, headers = {}) =>
  server.request('POST', storage + path, { form, headers });

it('any ttl is taken or named', async () => {
  await forEach(numbers, async (value) => {
    const ttl = encodeURIComponent(value);
    const created = await post(`/${ttl}`);
    expectMeant(created, 'ttl');
    const { json } = await post('/60');
    expectMeant(await post(`/${json.id}/${ttl}`), 'ttl');
    expectMeant(await post(`/custom/own-${value.length}/${ttl}`, { a: 'b' }, user), 'ttl');
    if (created.status !== 200) return;
    // Whatever life it has, it can be written, read and removed.
    const area = `/${created.json.id}`;
    for (const more of ['2147483647', '60']) {
      expectMeant(await post(`${area}/${more}`), 'ttl', 'StorageNotFound');
    }
    for (const method of ['GET', 'DELETE']) {
      expectMeant(await server.request(method, storage + area), '', 'StorageNotFound');
    }
  });
});

it('any id of an area is taken, unknown or named', async () => {
  await forEach(texts, async (value) => {
    const path = encodeURIComponent(value.slice(0, 1000));
    const answers = [
      await post(`/${path}/60`),
      await post(`/custom/${path}x/60`, { a: 'b' }, user),
      await server.request('GET', `${storage}/${path}`),
      await server.request('GET', `${storage}/${path}/a`),
      await server.request('GET', `${storage}/binary/${path}/a`),
      await server.request('DELETE', `${storage}/${path}`),
    ];
    for (const answer of answers) {
      expectMeant(answer, 'id', 'StorageNotFound', 'KeyNotFound', 'RouteNotFound');
    }
  });
});

it('any key is kept as it is or named', async () => {
  await forEach(texts, async (value) => {
    const path = encodeURIComponent(value.slice(0, 1000));
    const { json } = await post('/60');
    const written = await post(`/${json.id}/60`, { [value]: 'there' });
    expectMeant(written, 'the key');
    const answers = [
      await server.request('GET', `${storage}/${json.id}/${path}`),
      await server.request('GET', `${storage}/binary/${json.id}/${path}`),
      await server.request('GET', `${storage}/${json.id}`),
    ];
    for (const answer of answers) expectMeant(answer, 'key', 'KeyNotFound', 'RouteNotFound');
    if (written.status === 200 && !value.startsWith('.')) expect(answers[0]!.text).toBe('there');
  });
});

it('any value comes back as it is', async () => {
  await forEach(texts, async (value) => {
    const { json } = await post('/60');
    expect((await post(`/${json.id}/60`, { key: value })).status).toBe(200);
    expect((await server.request('GET', `${storage}/${json.id}/key`)).text).toBe(value);
  });
});
