import { describe, expect, it } from '@jest/globals';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Ids, time, users: security.gms_user = header
const server = useTestServer({
  config: {
    'resources.any': { _allocation_strategy: 'RANDOM', numbers: ['33155559999'] },
    'service.interaction': {
      _type: 'builtin',
      _service: 'request-interaction',
      _resource_group: 'any',
    },
  },
});
const path = '/genesys/1/service/interaction';

/** What a service keeps as its user; the request line and headers as raw bytes. */
async function userOf(header: string | Buffer | undefined): Promise<string | undefined> {
  const line =
    header === undefined
      ? []
      : [Buffer.from('gms_user: '), Buffer.from(header), Buffer.from('\r\n')];
  const body = '_phone_number=6504669999';
  const answer = await server.rawRequest(
    Buffer.concat([
      Buffer.from(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`),
      ...line,
      Buffer.from('Content-Type: application/x-www-form-urlencoded\r\n'),
      Buffer.from(`Content-Length: ${body.length}\r\n\r\n${body}`),
    ]),
  );
  const json = JSON.parse(answer.text.slice(answer.text.indexOf('\r\n\r\n')));
  if (answer.status !== 200) return `${answer.status} ${json.exception} ${json.message}`;
  const data = await server.request('GET', `/genesys/1/service/${json._id}/storage`);
  return data.json.gms_user as string | undefined;
}

describe('the gms_user header', () => {
  it.each([
    ['alice', 'alice'],
    ['  alice  ', 'alice'],
    ['Doe, Jane', 'Doe, Jane'],
    ["o'neil@example.org", "o'neil@example.org"],
    ['__proto__', '__proto__'],
    ['Zoë 山田 🙂', 'Zoë 山田 🙂'],
    ['x'.repeat(255), 'x'.repeat(255)],
    ['é'.repeat(255), 'é'.repeat(255)],
  ])('is stored with the data of the service: %s', async (header, user) => {
    expect(await userOf(header)).toBe(user);
  });

  it('is read as ISO 8859-1 when it is no UTF-8', async () => {
    expect(await userOf(Buffer.from('Zoë', 'latin1'))).toBe('Zoë');
  });

  it.each([undefined, '', '   '])('names nobody when it is %j', async (header) => {
    expect(await userOf(header)).toBeUndefined();
  });

  it.each(['x'.repeat(256), 'é'.repeat(256), 'a\tb', 'a\u0085b'])(
    'is refused when it cannot be a name: %j',
    async (header) => {
      expect(await userOf(header)).toMatch(/^400 InvalidParameter gms_user takes /);
    },
  );
});

describe('a header that says who calls, or for whom,', () => {
  const names = [
    ...['gms_user', 'Authorization', 'X-Api-Key', 'apikey', 'ContactCenterId', 'GroupId', 'Host'],
  ];
  const upgrade = [
    ...['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];

  async function refusalOf(target: string, lines: readonly string[]): Promise<unknown[]> {
    const own = lines.some((line) => /^host:/i.test(line)) ? [] : ['Host: 127.0.0.1'];
    const head = [`GET ${target} HTTP/1.1`, ...own, ...lines, 'Connection: close', '', ''];
    const { status, text } = await server.rawRequest(head.join('\r\n'));
    return [status, /"exception":"(\w+)"/.exec(text)?.[1], /"message":"([\w-]+)/.exec(text)?.[1]];
  }

  it.each(names)('is refused when it comes twice: %s', async (name) => {
    const other = name.toUpperCase();
    const crowd = Array<string>(1100).fill('a:');
    for (const path of ['/genesys/1/node', '/genesys/1/none', '/genesys/cometd', '/docs-json']) {
      for (const lines of [
        [`${name}: a`, `${other}: b`],
        [`${name}: a`, ...crowd, `${name}: a`],
        [`${name}: a`, `${name}:`],
      ]) {
        const expected = name === 'Host' ? 'InvalidRequest' : 'InvalidParameter';
        expect(await refusalOf(path, lines)).toEqual([400, expected, name]);
      }
    }
  });

  it.each(names)(
    'is refused when it comes twice with the upgrade of a websocket: %s',
    async (name) => {
      const user = name === 'gms_user' ? [] : ['gms_user: a'];
      const lines = [...user, `${name}: 127.0.0.1`, `${name}: 127.0.0.1`, ...upgrade];
      expect((await refusalOf('/genesys/cometd', lines))[0]).toBe(400);
    },
  );

  it('is taken when it comes once, whatever other headers come twice', async () => {
    const lines = ['gms_user: a, b', 'Accept: a', 'Accept: b', 'X-Api-Key-2: a', 'GroupIds: b'];
    expect(await refusalOf('/genesys/1/node', lines)).toEqual([200, undefined, undefined]);
  });
});
