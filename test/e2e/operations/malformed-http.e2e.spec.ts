import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Answers: every error, from any module, has one shape
const server = useTestServer();

function expectShape(text: string, exception: string): void {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head).toContain('Content-Type: application/json;charset=UTF-8');
  expect(head).toMatch(/^Connection: close$/im);
  expect(JSON.parse(body)).toEqual({ exception, message: expect.any(String) });
}

describe('what is no HTTP', () => {
  it.each([
    ['nonsense', 'nonsense\r\n\r\n'],
    ['a method in lower case', 'get /genesys/1/node HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a header with a blank in its name', 'GET / HTTP/1.1\r\nHost: a\r\nA B: c\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['the greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('(%s) is answered 400 in the one error shape', async (_name, bytes) => {
    const answer = await server.rawRequest(bytes);
    expect([answer.status, answer.closedByServer]).toEqual([400, true]);
    expectShape(answer.text, 'InvalidRequest');
  });

  it('in the middle of a body is answered 400', async () => {
    const answer = await server.rawRequest(
      'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n',
    );
    expect(answer.status).toBe(400);
    expectShape(answer.text, 'InvalidRequest');
  });

  it('after a good request does not spoil its answer', async () => {
    const good = 'GET /genesys/1/node HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const answer = await server.rawRequest(`${good}nonsense\r\n\r\n`);
    expect(answer.closedByServer).toBe(true);
    expect(answer.text.split('HTTP/1.1 ').length).toBeLessThanOrEqual(3);
  });
});

describe('a request of HTTP/1.1', () => {
  const first = 'GET /genesys/1/node HTTP/1.1\r\nConnection: close\r\n';

  it('without a Host is answered 400 in the one error shape', async () => {
    const answer = await server.rawRequest(`${first}\r\n`);
    expect([answer.status, answer.closedByServer]).toEqual([400, true]);
    expectShape(answer.text, 'InvalidRequest');
    const old = await server.rawRequest('GET /genesys/1/node HTTP/1.0\r\n\r\n');
    expect(old.status).toBe(200);
  });

  it.each(['meat', '100-continue, meat', '200-ok', ''])(
    'that expects what nobody knows (%j) is answered 417 in the one error shape',
    async (expectation) => {
      const answer = await server.rawRequest(`${first}Host: a\r\nExpect: ${expectation}\r\n\r\n`);
      expect([answer.status, answer.closedByServer]).toEqual([417, true]);
      expectShape(answer.text, 'ExpectationFailed');
    },
  );

  it('that waits for 100 Continue gets it, and then its answer', async () => {
    const head =
      'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n' +
      'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n';
    const { text } = await server.rawRequest(`${head}Expect: 100-Continue\r\n\r\na=b`);
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  it.each(['gzip, chunked', 'chunked, chunked', 'identity, chunked', 'x-gzip,chunked'])(
    'whose transfer coding is another than chunked (%s) is answered 400 or 501 in the one error shape',
    async (coding) => {
      const answer = await server.rawRequest(
        'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: a\r\n' +
          'Content-Type: application/x-www-form-urlencoded\r\n' +
          `Transfer-Encoding: ${coding}\r\n\r\n3\r\na=b\r\n0\r\n\r\n`,
      );
      expect([400, 501]).toContain(answer.status);
      expect(answer.closedByServer).toBe(true);
      expectShape(answer.text, answer.status === 400 ? 'InvalidRequest' : 'NotImplemented');
    },
  );

  it('whose body is Chunked in any case is taken', async () => {
    const answer = await server.rawRequest(
      'POST /genesys/1/storage/60 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n' +
        'Content-Type: application/x-www-form-urlencoded\r\n' +
        'Transfer-Encoding: Chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n',
    );
    expect(answer.status).toBe(200);
  });

  it('that asks for a tunnel is answered 405 in the one error shape', async () => {
    const answer = await server.rawRequest('CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n');
    expect([answer.status, answer.closedByServer]).toEqual([405, true]);
    expectShape(answer.text, 'MethodNotAllowed');
  });
});

describe('headers that are too large', () => {
  it('are answered 431 in the one error shape, also to who still sends', async () => {
    const { hostname, port } = new URL(server.url);
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      let received = '';
      socket.on('data', (bytes) => (received += bytes.toString('latin1')));
      socket.on('error', reject);
      socket.on('close', () => {
        clearInterval(sending);
        resolve(received);
      });
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
      const sending = setInterval(() => {
        if (socket.writable) socket.write(`X-Header: ${'x'.repeat(4000)}\r\n`);
      }, 2);
      socket.on('end', () => socket.end());
    });
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expectShape(text, 'HeadersTooLarge');
  });
});

it('a server that was sent all of this serves on', async () => {
  for (let round = 0; round < 50; round++) await server.rawRequest('nonsense\r\n\r\n');
  expect((await server.request('GET', '/genesys/1/node')).text).toBe('ONLINE');
});
