import { gzipSync } from 'node:zlib';

const megabyte = 1024 * 1024;
const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

const filled = (text, bytes) => Buffer.alloc(bytes, text);

const members = (count) =>
  `{${Array.from({ length: count }, (_, place) => `"m${place}":1`).join()}}`;

/** A localization file of so many bytes, of many small messages. */
function localization(bytes) {
  const messages = [];
  for (let size = 0; size < bytes; size += messages.at(-1).length) {
    const place = messages.length;
    messages.push(
      `<message id="m${place}"><locale language="de"><entry key="text">Willkommen ${place}` +
        '</entry></locale></message>\n',
    );
  }
  return `<messages>${messages.join('')}</messages>`;
}

/** Sections as YAML, of so many numbers in one group that they take a megabyte. */
function sections() {
  const numbers = Array.from({ length: 65_000 }, (_, place) => `"${8_003_000_000 + place}"`);
  return `resources.large:\n  _allocation_strategy: RANDOM\n  numbers: [${numbers.join(', ')}]\n`;
}

/** Each is answered by itself; a handshake would have the others ignored. */
const messages = JSON.stringify(
  Array.from({ length: 1000 }, (_, id) => ({
    ...{ channel: '/meta/subscribe', clientId: 'unknown', subscription: '/_genesys', id },
  })),
);

function parts(count) {
  const part = (place) =>
    `--XX\r\nContent-Disposition: form-data; name="p${place}"\r\n\r\n${place}\r\n`;
  return `${Array.from({ length: count }, (_, place) => part(place)).join('')}--XX--\r\n`;
}

const start = { method: 'POST', path: '/genesys/1/cs/services/start', type: json };
const create = { method: 'POST', path: '/genesys/1/storage/60', type: form };

/** What is sent while another client asks for something light; the first is nothing at all. */
export const bodies = [
  { name: 'none' },
  { name: '10 MB of `[`', request: { ...start, body: filled('[', 10 * megabyte) } },
  { name: '1 MB of `[`', request: { ...start, body: filled('[', 1_000_000) } },
  { name: '600,000 members', request: { ...start, body: members(600_000) } },
  { name: '20,000 members', request: { ...start, body: members(20_000) } },
  { name: 'form of 10 MB of `%41`', request: { ...create, body: filled('%41', 10 * megabyte) } },
  {
    name: 'form of 1 MB of `%41`',
    request: { ...create, body: `a=${filled('%41', 1_000_000)}` },
  },
  {
    name: 'multipart of 10,000 parts',
    request: { ...create, type: 'multipart/form-data; boundary=XX', body: parts(10_000) },
  },
  {
    name: 'file of 10 MB',
    request: {
      ...{ ...create, type: 'multipart/form-data; boundary=XX' },
      body: Buffer.concat([
        Buffer.from('--XX\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'),
        filled('a', 10 * megabyte - 200),
        Buffer.from('\r\n--XX--\r\n'),
      ]),
    },
  },
  {
    name: 'localization file of 8 MB',
    request: {
      ...{ method: 'PUT', path: '/genesys/1/admin/push/localization', type: 'application/xml' },
      body: localization(8 * megabyte - 200),
    },
  },
  {
    name: 'gzip of 100 MB',
    request: { ...create, encoding: 'gzip', body: gzipSync(filled('a', 100 * megabyte)) },
  },
  {
    name: '1,000 Bayeux messages',
    request: { method: 'POST', path: '/genesys/cometd', type: json, body: messages },
  },
  {
    name: 'configuration of 1 MB',
    request: {
      ...{ method: 'POST', path: '/genesys/1/admin/config/import', type: 'application/yaml' },
      body: sections(),
    },
  },
];
