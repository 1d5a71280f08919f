import { freeNumbers, unmatch } from './population.mjs';
import { cases } from './cases.mjs';
import { generators } from '../processes/requests.mjs';

/**
 * Makes sure that server and baseline do the same work: the same status, the same media type, and
 * the same members in the answer to one request of each case.
 * @throws Error that shows both answers
 */
export async function requireSameAnswers(servers, names, { sql }) {
  for (const name of names) {
    const shapes = [];
    for (const { port } of Object.values(servers)) {
      await cases[name].before?.(sql);
      shapes.push(await answerShape(port, cases[name].requests));
    }
    if (new Set(shapes).size > 1 || !shapes[0].startsWith('200')) {
      throw new Error(`${name} is answered differently:\n${shapes.join('\n')}`);
    }
  }
  await freeNumbers(sql);
  await unmatch(sql);
}

async function answerShape(port, requests) {
  const [head, body] = generators[requests.name](requests)().split('\r\n\r\n');
  const [method, path] = head.split(' ');
  const type = /content-type: (.*)/i.exec(head)?.[1].trim();
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(method === 'POST' ? { body, headers: { 'Content-Type': type } } : {}),
  });
  const text = await response.text();
  const media = response.headers.get('content-type');
  return `${response.status} ${media} ${media?.includes('json') ? members(text) : text}`;
}

function members(text) {
  return Object.keys(JSON.parse(text)).join(', ');
}
