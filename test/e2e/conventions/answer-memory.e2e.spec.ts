import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  everything,
  fresh,
  startService,
  startState,
  startTask,
} from '../../support/customer-services.js';
import type { SpawnedServer } from '../../support/spawned-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Storage API and Queries: no large answer is held whole until it was read
const mebibyte = 1_048_576;
const servers = useServers();
const storage = '/genesys/1/storage';
let server: SpawnedServer;

beforeAll(async () => {
  server = await servers.spawn();
});

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** What the process has in memory, MiB. */
async function resident(): Promise<number> {
  const { text } = await server.request('GET', '/metrics');
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / mebibyte;
}

/** Asks and reads the beginning of the answer, no more. @returns it */
async function beginToRead(path: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.once('data', (bytes: Buffer) => {
      socket.pause();
      resolve(bytes.toString('latin1', 0, 15));
    });
  });
}

/** How much more the process holds, MiB, while so many have begun to read. */
async function heldFor(readers: number, path: string): Promise<number> {
  const before = await resident();
  const begun = Array.from({ length: readers }, () => beginToRead(path));
  expect(new Set(await Promise.all(begun))).toEqual(new Set(['HTTP/1.1 200 OK']));
  return (await resident()) - before;
}

describe('an area of 24 MB', () => {
  const text = (at: number): string => `${at} "é" `.padEnd(900_000, 'x');
  const keys = Array.from({ length: 27 }, (_, at) => `key é ${at}`);
  let id: string;

  beforeAll(async () => {
    const form = { [keys[0]!]: text(0) };
    id = (await server.request('POST', `${storage}/3600`, { form })).json.id as string;
    for (const [at, key] of keys.entries()) {
      const { status } = await server.request('POST', `${storage}/${id}/3600`, {
        multipart: [
          { name: key, value: text(at) },
          { name: `file ${at}`, value: 'x', fileName: 'x' },
        ],
      });
      expect(status).toBe(200);
    }
  });

  it('is answered whole, as the one object of all its keys', async () => {
    const answer = await server.request('GET', `${storage}/${id}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8');
    const all = answer.json as Record<string, string>;
    expect(Object.keys(all).sort()).toEqual([...keys, ...keys.map((_, at) => `file ${at}`)].sort());
    for (const [at, key] of keys.entries()) {
      expect(all[key] === text(at)).toBe(true);
      expect(all[`file ${at}`]).toBe(`${server.url}${storage}/binary/${id}/file%20${at}`);
    }
  });

  it('is in memory in pieces while ten read it slowly', async () => {
    expect(await heldFor(10, `${storage}/${id}`)).toBeLessThan(150);
  });
});

describe('a file of 9 MB', () => {
  const bytes = Buffer.alloc(9 * mebibyte);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(at, at);
  const upload = (path: string, value = bytes) =>
    server.request('POST', path, {
      multipart: [{ name: 'file', value, fileName: 'f.bin', contentType: 'image/png' }],
    });

  it('is answered byte for byte, as a file that never runs in this origin', async () => {
    const { id } = (await upload(`${storage}/3600`)).json as { id: string };
    const answer = await server.request('GET', `${storage}/binary/${id}/file`);
    expect(answer.status).toBe(200);
    expect(answer.bytes.equals(bytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      'content-disposition': expect.stringContaining('filename="f.bin"'),
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    });
  });

  it('is in memory in pieces while 40 read it slowly', async () => {
    const { id } = (await upload(`${storage}/3600`)).json as { id: string };
    expect(await heldFor(40, `${storage}/binary/${id}/file`)).toBeLessThan(150);
  });

  it('that is replaced while it is read is cut off, never mixed with the new one', async () => {
    const { id } = (await upload(`${storage}/3600`)).json as { id: string };
    await beginToRead(`${storage}/binary/${id}/file`);
    const [socket] = sockets;
    expect((await upload(`${storage}/${id}/3600`, Buffer.alloc(bytes.length))).status).toBe(200);
    let read = 0;
    let isMixed = false;
    const zeros = Buffer.alloc(1000);
    socket!.on('data', (piece: Buffer) => {
      read += piece.length;
      isMixed ||= piece.includes(zeros);
    });
    const closed = new Promise((resolve) => socket!.once('close', resolve));
    socket!.resume();
    await closed;
    expect(isMixed).toBe(false);
    expect(read).toBeLessThan(bytes.length);
  });
});

describe('a list of Context Services that is large by its extensions', () => {
  const services = '/genesys/1/cs/services';
  const customer = fresh();
  const ofCustomer = `/genesys/1/cs/customers/${customer}/services`;
  const body = (at: number) => ({ Note: `${at} "é" `.padEnd(900_000, 'x'), Number: 1.5 });
  const textOf = async (path: string): Promise<string> => {
    const answer = await server.request('GET', path);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8');
    return answer.text;
  };
  /** Whether a list is, byte for byte, its items as each is answered alone. */
  const isOfItems = async (list: string, items: string[]): Promise<boolean> => {
    const texts: string[] = [];
    for (const item of items) texts.push(await textOf(item));
    return (await textOf(list)) === `[${texts.join(',')}]`;
  };
  const ids: string[] = [];

  beforeAll(async () => {
    for (let at = 0; at < 27; at++) {
      ids.push(await startService(server, { customer_id: customer, ...body(at) }));
    }
  });

  it('holds services as they are answered one by one, by start, in the part asked for', async () => {
    const items = ids.map((id) => `${services}/${id}?${everything}`);
    expect(await isOfItems(`${ofCustomer}?${everything}`, items)).toBe(true);
    const part = `${ofCustomer}/active?size=3&index=2&${everything}`;
    expect(await isOfItems(part, items.slice(2, 5))).toBe(true);
  });

  it('holds services of a contact key, with their states and tasks', async () => {
    const contact_key = fresh();
    const some: string[] = [];
    for (const at of [0, 1, 2]) {
      const id = await startService(server, { contact_key, ...body(at) });
      const state_id = await startState(server, id, body(at));
      await startTask(server, id, { state_id, ...body(at) });
      some.push(`${services}/${id}?${everything}`);
    }
    expect(await isOfItems(`${services}/anonymous/${contact_key}?${everything}`, some)).toBe(true);
  });

  it('holds states and tasks as they are answered one by one', async () => {
    const id = await startService(server);
    const states: string[] = [];
    const tasks: string[] = [];
    for (const at of [0, 1, 2]) {
      const state_id = await startState(server, id, body(at));
      const task = await startTask(server, id, { ...body(at) });
      states.push(`${services}/${id}/states/${state_id}?${everything}`);
      tasks.push(`${services}/${id}/tasks/${task}?${everything}`);
    }
    expect(await isOfItems(`${services}/${id}/states?${everything}`, states)).toBe(true);
    expect(await isOfItems(`${services}/${id}/tasks?${everything}`, tasks)).toBe(true);
    expect(
      await isOfItems(`${services}/${id}/tasks?size=2&index=1&${everything}`, tasks.slice(1)),
    ).toBe(true);
  });

  it('is in memory in pieces while ten read it slowly', async () => {
    expect(await heldFor(10, `${ofCustomer}?${everything}`)).toBeLessThan(150);
  });
});
