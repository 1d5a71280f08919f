// Local APNs (TLS, HTTP/2) and FCM (HTTP v1 with its OAuth server): of a hundred pushes one is to a
// device that is gone, one is too many, one finds the service unavailable, two are answered slowly.
// Notes how long after the moment that its message names each push came first. Started by
// bench/parts/push-vendors.mjs.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import forge from 'node-forge';
import { percentile } from '../lib/figures.mjs';

const slowMs = 2000;

let firsts = new Map();
let tries = 0;
let turn = 0;

/** What the next push meets. */
function next(id, moment) {
  tries++;
  if (!firsts.has(id)) firsts.set(id, Number(process.hrtime.bigint()) / 1e6 - Number(moment));
  const at = turn++ % 100;
  return { 0: 'gone', 25: 'tooMany', 50: 'unavailable', 10: 'slow', 60: 'slow' }[at] ?? 'ok';
}

const apns = { gone: [410, 'Unregistered'], tooMany: [429, 'TooManyRequests'] };
const { cert, key } = certificate();
const apple = createSecureServer({ cert, key });
apple.on('stream', (stream, headers) => {
  let body = '';
  stream.setEncoding('utf8').on('data', (chunk) => (body += chunk));
  stream.on('error', () => undefined);
  stream.on('end', () => {
    const meets = next(headers['apns-id'], JSON.parse(body).message);
    const [status, reason] =
      meets === 'unavailable' ? [503, 'ServiceUnavailable'] : (apns[meets] ?? [200]);
    const answer = () => {
      if (stream.destroyed) return;
      const more = meets === 'tooMany' ? { 'retry-after': '1' } : {};
      stream.respond({ ':status': status, ...more });
      stream.end(reason === undefined ? '' : JSON.stringify({ reason }));
    };
    if (meets === 'slow') setTimeout(answer, slowMs);
    else answer();
  });
});

const errors = {
  gone: [404, 'UNREGISTERED'],
  tooMany: [429, 'QUOTA_EXCEEDED'],
  unavailable: [503, 'UNAVAILABLE'],
};
const google = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const respond = (status, json, headers = {}) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      response.end(JSON.stringify(json));
    };
    if (request.url === '/token') {
      respond(200, { access_token: 'bench', expires_in: 3600, token_type: 'Bearer' });
      return;
    }
    const { id, message } = JSON.parse(body).message.data;
    const meets = next(id, message);
    const [status, errorCode] = errors[meets] ?? [200];
    const answer = () => {
      if (errorCode === undefined) respond(200, { name: 'projects/bench/messages/1' });
      else {
        const headers = meets === 'tooMany' ? { 'Retry-After': '1' } : {};
        respond(status, { error: { code: status, details: [{ errorCode }] } }, headers);
      }
    };
    if (meets === 'slow') setTimeout(answer, slowMs);
    else answer();
  });
});

const listening = (server) =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

const [applePort, googlePort] = [await listening(apple), await listening(google)];
process.send({ cert, push: options() });

process.on('message', ({ kind }) => {
  if (kind === 'begin') {
    firsts = new Map();
    tries = 0;
    process.send({ begun: true });
    return;
  }
  const sorted = Float64Array.from(firsts.values()).sort();
  process.send({
    ...{ came: firsts.size, tries },
    ...{ p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) },
  });
});
process.on('disconnect', () => process.exit());

/** The options of section push that lead here. */
function options() {
  const pem = (pair) => pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
  return {
    ...{ pushEnabled: 'ios,fcm', publish_mode: 'async' },
    'apple.key': pem(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
    ...{ 'apple.key_id': 'KEY', 'apple.team_id': 'TEAM', 'apple.topic': 'com.example.app' },
    'apple.host': `https://localhost:${applePort}`,
    'fcm.endpoint': `http://127.0.0.1:${googlePort}`,
    'fcm.service_account': JSON.stringify({
      ...{ project_id: 'bench', client_email: 'push@bench.example' },
      private_key: pem(generateKeyPairSync('rsa', { modulusLength: 2048 })),
      token_uri: `http://127.0.0.1:${googlePort}/token`,
    }),
  };
}

/** A certificate of its own for localhost; the server trusts it by NODE_EXTRA_CA_CERTS. */
function certificate() {
  const { pki } = forge;
  const pair = pki.rsa.generateKeyPair(2048);
  const one = pki.createCertificate();
  const name = [{ name: 'commonName', value: 'localhost' }];
  one.publicKey = pair.publicKey;
  one.serialNumber = '01';
  one.validity.notAfter = new Date(Date.now() + 86_400_000);
  one.setSubject(name);
  one.setIssuer(name);
  one.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
  ]);
  one.sign(pair.privateKey, forge.md.sha256.create());
  return { cert: pki.certificateToPem(one), key: pki.privateKeyToPem(pair.privateKey) };
}
