import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SpawnedServer } from '../../support/spawned-server.js';
import { useServers } from '../../support/use-servers.js';

// docs/compatibility.md, Answers; Storage API: no answer is held as a whole until it has been read
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
