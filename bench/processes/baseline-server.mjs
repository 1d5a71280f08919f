// The least that can do the same work: node:http, a pg pool of 16, and the server's own statements
// as named ones. No routing but a switch, no checks, no log. Started by bench/lib/baseline.mjs.
import { randomInt, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { parse } from 'node:querystring';
import pg from 'pg';
import { importBuilt } from '../lib/postgres.mjs';

let pool;
let statements;

const { filtersThatMatch } = await importBuilt('src/modules/notification/domain/event-tag.js');

process.on('message', (order) => {
  // As the server's own connections (src/core/database/database.module.ts).
  const options = '-c enable_seqscan=off -c jit=off';
  pool = new pg.Pool({ connectionString: order.url, max: 16, options });
  statements = order.statements;
  const server = createServer((request, response) => {
    answer(request).then(
      (body) => write(response, statusOf(body), body),
      (error) => write(response, 500, error.message),
    );
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.on('disconnect', () => process.exit());

/** What was made is 201, what has nothing to say 204: Context Services alone. */
function statusOf(body) {
  if (body === undefined) return 204;
  return body.service_id || body.state_id ? 201 : 200;
}

async function answer(request) {
  const [, , , api, one, two] = request.url.split('/');
  if (request.url === '/hello') return 'hello';
  if (api === 'cs') return tellStory(request.url, JSON.parse(await bodyOf(request)));
  if (api === 'storage') return request.method === 'GET' ? read(one, two) : create(request, one);
  if (api === 'notification') return publish(JSON.parse(await bodyOf(request)));
  if (one === 'request-interaction') return requestInteraction(await fieldsOf(request));
  return match(await fieldsOf(request));
}

async function create(request, ttl) {
  const fields = await fieldsOf(request);
  const id = randomUUID();
  const values = [id, Number(ttl), Object.keys(fields), Object.values(fields)];
  await query(pool, 'storage.create', values);
  return { id };
}

async function read(id, key) {
  return (await query(pool, 'storage.readOne', [id, undefined, key]))[0].value;
}

/** An event with its deliveries, and mail to all who are reached over comet, in one statement. */
async function publish({ tag, message }) {
  const id = randomUUID();
  const mail = JSON.stringify({ message, tag, id: id.replaceAll('-', '') });
  const event = [id, tag, message, false, '{}', undefined, 'bench', 500, 10_000, mail];
  const values = [...event, filtersThatMatch(tag), ['comet', 'httpcb'], undefined];
  await query(pool, 'notification.publish', values);
  return '';
}

function requestInteraction({ _phone_number: ani, _provide_code: code, ...data }) {
  return inTransaction((client) => begin(client, ani, code === 'true', data));
}

async function inTransaction(work) {
  const client = await pool.connect();
  try {
    await client.query('START TRANSACTION');
    const answer = await work(client);
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

const seconds = 1800;

async function begin(client, ani, withCode, data) {
  const id = randomUUID();
  const service = [id, 'request-interaction', 'request-interaction', id, seconds];
  const [{ expiresAt }] = await query(client, 'service.insert', service);
  await query(client, 'storage.createBound', [id, expiresAt]);
  const entries = [id, undefined, 1000, Object.keys(data), Object.values(data)];
  await query(client, 'storage.writeTexts', entries);
  const [chosen] = await query(client, 'accessNumber.take', ['bench', seconds, expiresAt]);
  const codes = withCode ? Array.from({ length: 64 }, drawCode) : [];
  const { number, display, bookedUntil } = chosen;
  const grant = [id, 'bench', number, display, ani, codes, bookedUntil, expiresAt];
  const [{ code }] = await query(client, 'accessGrant.insert', grant);
  return {
    _id: id,
    _access_number: display,
    _access_code: code,
    _expiration_time: String(seconds),
  };
}

function drawCode() {
  return String(randomInt(1_000_000)).padStart(6, '0');
}

async function match({ _access_number: number, _access_code: code }) {
  const id = await inTransaction(async (client) => {
    const tried = await query(client, 'accessGrant.candidates', [number, code, undefined, 1, []]);
    const ids = tried.map((candidate) => candidate.owner_id);
    await query(client, 'service.lockAll', [ids]);
    await query(client, 'accessGrant.lockBookedNumbers', [ids]);
    const matched = await query(client, 'accessGrant.claim', [number, code, undefined, ids]);
    return matched[0].owner_id;
  });
  const [service] = await query(pool, 'service.find', [id]);
  return { _id: service.id, _data_id: service.dataId };
}

const life = ['2 weeks', null];

/** A step of a customer's story, in one statement each, as bench/processes/customer-story.mjs asks. */
async function tellStory(url, body) {
  const [, , , , , id, what, step] = url.split('/');
  const { media_type, interaction_id, disposition, disposition_desc } = body;
  const fields = JSON.stringify({ interaction_id, media_type });
  if (id === 'start') return startService(body, fields);
  const target = [id.slice(4), '', ...life];
  if (what === 'end') {
    const end = [undefined, JSON.stringify({ disposition, disposition_desc }), '{}'];
    await query(pool, 'customerServices.end', [...target, ...end]);
    return undefined;
  }
  const type = JSON.stringify(body.state_type ?? body.to.state_type);
  const state = [body.from?.state_id, type, undefined, fields, undefined, '{}'];
  const values = [...target, ...state];
  const [row] =
    step === 'start'
      ? await query(pool, 'customerServices.startState', values)
      : await query(pool, 'customerServices.transition', [...values, JSON.stringify(body.from)]);
  return { state_id: row.id };
}

async function startService({ customer_id, service_type, est_duration, Feedback }, fields) {
  const uuid = randomUUID();
  const values = [uuid, '', ...life, customer_id, undefined, JSON.stringify(service_type)];
  values.push(undefined, fields, est_duration, undefined, undefined, undefined);
  await query(pool, 'customerServices.start', [...values, JSON.stringify({ Feedback })]);
  return { service_id: `100-${uuid}` };
}

async function query(target, name, values) {
  return (await target.query({ ...statements[name], values })).rows;
}

async function fieldsOf(request) {
  return parse(await bodyOf(request));
}

function bodyOf(request) {
  return new Promise((resolve, reject) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => resolve(body));
    request.on('error', reject);
  });
}

function write(response, status, body) {
  if (status === 204) {
    response.writeHead(204).end();
    return;
  }
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': isText ? 'text/plain;charset=UTF-8' : 'application/json;charset=UTF-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
