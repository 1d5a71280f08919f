/** What is large and lawful: each call once, in this order, as they build on each other. */
const megabyte = 1_000_000;
const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const config = '/genesys/1/admin/config';

const texts = (count, text) => Array.from({ length: count }, (_, place) => text(place));

const get = (path) => ({ method: 'GET', path, type: json, body: '' });
const post = (path, body) => ({ method: 'POST', path, type: json, body: JSON.stringify(body) });
const put = (path, body) => ({ ...post(path, body), method: 'PUT' });
const patch = (path, body) => ({ ...post(path, body), method: 'PATCH' });
const importOf = (body) => ({
  ...{ method: 'POST', path: `${config}/import`, type: 'application/yaml', body },
});

const numbers = (count, first) => texts(count, (place) => String(first + place));

/** Sections of about a megabyte; other numbers in each turn, so that there is something to write. */
function sections(turn) {
  const listed = numbers(65_000, 8_003_000_000 + turn * 100_000).map((number) => `"${number}"`);
  return (
    `cometd: { max_handshake_rate: 100000, max_handshake_rate_per_address: 100000 }\n` +
    `security: { allowed_callback_networks: [127.0.0.1] }\n` +
    `push: { pushEnabled: "comet, httpcb", publish_mode: async }\n` +
    `resources.large:\n  _allocation_strategy: RANDOM\n  numbers: [${listed.join(', ')}]\n`
  );
}

const section = `${config}/sections/resources.large`;

/** Configurations: the largest that one import takes, and what is read and written of them. */
const ofConfiguration = [
  { name: 'import of 65,000 numbers', request: (turn) => importOf(sections(turn)) },
  {
    name: 'the same, numbers read by a country',
    request: (turn) => importOf(`services: { default_country: US }\n${sections(turn + 10)}`),
  },
  {
    name: 'import of 60,000 unknown sections',
    request: () => importOf(texts(60_000, (place) => `s${place}: {}`).join('\n')),
  },
  {
    name: 'import of 60,000 faulty options',
    request: () => importOf(`storage: { ${texts(60_000, (place) => `o${place}: 1`).join(', ')} }`),
  },
  {
    name: 'import of 45,000 groups',
    request: (turn) =>
      importOf(texts(45_000, (place) => `resources.g${turn}x${place}: {}`).join('\n')),
  },
  { name: 'import of 65,000 numbers instead', request: (turn) => importOf(sections(turn + 20)) },
  { name: 'GET of all sections', request: () => get(`${config}/sections`) },
  { name: 'GET of one section', request: () => get(section) },
  { name: 'export', request: () => get(`${config}/export`) },
  {
    name: 'PATCH beside 65,000 numbers',
    request: (turn) => patch(section, { _booking_expiration_timeout: 10 + turn }),
  },
  {
    name: 'PATCH of 19,000 unknown options',
    request: () => patch(section, Object.fromEntries(texts(19_000, (place) => [`o${place}`, 'x']))),
  },
  {
    name: 'PUT of 19,000 numbers',
    request: (turn) => put(section, { numbers: numbers(19_000, 33_000_000_000 + turn) }),
  },
  { name: "configuration's audit", request: () => get(`${config}/audit?limit=1000`) },
  { name: 'the whole audit', request: () => get('/genesys/1/admin/audit?limit=1000') },
];

const large = 'x'.repeat(megabyte);

const ofData = [
  {
    name: 'area of 30 keys of 1 MB',
    before: async ({ sql }) => {
      await sql(`INSERT INTO storage_area (id, expires_at) VALUES ('bench-large', 'infinity')`);
      await sql(`INSERT INTO storage_entry (area_id, key, value, expires_at)
                 SELECT 'bench-large', 'key' || n, repeat('x', ${megabyte}), 'infinity'
                   FROM generate_series(1, 30) AS n`);
    },
    request: () => get('/genesys/1/storage/bench-large'),
  },
  {
    name: 'area of 20,000 keys',
    before: async ({ sql }) => {
      await sql(`INSERT INTO storage_area (id, expires_at) VALUES ('bench-many', 'infinity')`);
      await sql(`INSERT INTO storage_entry (area_id, key, value, expires_at)
                 SELECT 'bench-many', 'key' || n, repeat('x', 50), 'infinity'
                   FROM generate_series(1, 20000) AS n`);
    },
    request: () => get('/genesys/1/storage/bench-many'),
  },
  {
    name: 'text of 1 MB stored',
    request: () => ({
      ...{ method: 'POST', path: '/genesys/1/storage/60', type: form, body: `a=${large.slice(9)}` },
    }),
  },
  {
    name: 'list of 1,000 services, 30 KB each',
    before: async ({ sql }) => {
      await sql(`
        INSERT INTO cs_service (id, tenant, customer_id, contact_key, type, started_at, started,
                                extensions, life_explicit, expires_at, sweep_at)
        SELECT gen_random_uuid(), '', 'bench-customer', '', '"a"', now() - n * interval '1 second',
               '{}', json_build_object('Large', json_build_object('text', repeat('x', 30000))),
               false, now() + interval '1 day', now() + interval '1 day'
          FROM generate_series(1, 1000) AS n`);
    },
    request: () => get('/genesys/1/cs/customers/bench-customer/services?extensions=*'),
  },
  {
    name: 'stream of these services',
    request: () =>
      get(
        '/genesys/1/cs/maintenance/services/stream?with_content=true' +
          '&time_from=2000-01-01T00:00:00.000Z&time_to=2100-01-01T00:00:00.000Z',
      ),
  },
];

const subscribe = (place, type, deviceId) =>
  post('/genesys/1/notification/subscription', {
    ...{ subscriberId: `bench ${place}`, filter: 'bench.*', expire: 3600 },
    notificationDetails: { type, deviceId },
  });

const ofNotification = [
  {
    name: '1,000 subscriptions listed',
    before: async ({ calls, sink }) => {
      for (let place = 0; place < 300; place++) {
        await calls(subscribe(place, 'httpcb', `http://127.0.0.1:${sink}/callback`));
      }
      for (let place = 300; place < 1000; place++) await calls(subscribe(place, 'comet'));
    },
    request: () => get('/genesys/1/notification/subscription?limit=1000'),
  },
  {
    name: 'publish of 1 MB to 300 callbacks',
    before: ({ sql }) => sql(`DELETE FROM push_subscription WHERE type = 'comet'`),
    request: () =>
      post('/genesys/1/notification/publish', { tag: 'bench.large', message: large.slice(99) }),
  },
  {
    name: '1,000 deliveries listed',
    request: () => get('/genesys/1/notification/deliveries?limit=1000'),
  },
  {
    name: 'Bayeux message of 1 MB',
    request: () => post('/genesys/cometd', [{ channel: '/service/x', data: large.slice(500) }]),
  },
  {
    name: '/metrics of 1,000,000 subscriptions and as many keys',
    before: async ({ sql }) => {
      await sql(`
        INSERT INTO push_subscription
               (id, subscriber_id, filter, type, device_id, debug, properties, lane, expires_at)
        SELECT gen_random_uuid(), 'subscriber' || n, 'shop' || n, 'comet', 'user' || n, false, '{}',
               '', now() + interval '1 day' FROM generate_series(1, 1000000) AS n`);
      await sql(`INSERT INTO storage_area (id, expires_at) VALUES ('bench-most', 'infinity')`);
      await sql(`INSERT INTO storage_entry (area_id, key, value, expires_at)
                 SELECT 'bench-most', 'key' || n, 'x', 'infinity'
                   FROM generate_series(1, 1000000) AS n`);
    },
    request: () => get('/metrics'),
  },
];

export const largeCalls = [...ofConfiguration, ...ofData, ...ofNotification];
