import { BayeuxClient } from './bayeux.js';
import { fillWithDeliveries, fillWithExplanation, node } from './notificationview.js';
import { onPress } from './test.js';

const field = (id) => document.getElementById(id);
const value = (id) => field(id).value.trim();
const base = '/genesys/1/notification';

/** Who listens: the comet client, and the subscription's id as soon as there is one. */
let listener;

/** A header carries bytes: whatever is beyond ASCII goes as UTF-8. */
const headerText = (text) => String.fromCharCode(...new TextEncoder().encode(text));

function headersOf(user) {
  const key = value('key');
  return {
    ...(user ? { gms_user: headerText(user) } : {}),
    ...(key ? { Authorization: `Bearer ${headerText(key)}` } : {}),
  };
}

/** @throws Error with what the server said when it refuses */
async function call(method, path, { user, body } = {}) {
  const response = await fetch(path, {
    method,
    headers: { ...headersOf(user), ...(body ? { 'Content-Type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  const answer = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined;
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${answer?.message ?? text}`);
  return answer;
}

function say(id, words, hasFailed = false) {
  field(id).textContent = words;
  field(id).classList.toggle('failed', hasFailed);
}

/** Does the work of a form when it is sent, and says why it failed. */
function onSubmit(form, state, work) {
  field(form).addEventListener('submit', async (event) => {
    event.preventDefault();
    await tell(state, work);
  });
}

async function tell(state, work) {
  try {
    await work();
  } catch (error) {
    say(state, error.message, true);
  }
}

onSubmit('subscribe', 'listening', async () => {
  await stop();
  const user = value('user');
  say('listening', `Connecting as ${user} …`);
  const started = { user, headers: headersOf(user) };
  started.client = new BayeuxClient(started.headers, show, (words, isFinal) => {
    if (listener === started) sayListening(words, isFinal);
  });
  listener = started;
  field('stop').disabled = false;
  try {
    await started.client.start();
    const { id } = await call('POST', `${base}/subscription`, { user, body: subscription(user) });
    started.subscription = id;
    if (listener === started) sayListening('connected');
    else await call('DELETE', `${base}/subscription/${id}`);
  } catch (error) {
    if (listener !== started) return;
    await stop();
    throw error;
  }
});

function subscription(user) {
  return {
    subscriberId: user,
    filter: value('filter'),
    expire: value('expire') || undefined,
    providerName: value('provider') || undefined,
    notificationDetails: { type: 'comet' },
  };
}

function sayListening(words, isFinal = false) {
  const isConnected = words === 'connected';
  const about = listener.subscription ? `, subscription ${listener.subscription}` : '';
  const after = isConnected || isFinal ? '' : '; trying again';
  say('listening', `${listener.user}: ${words}${about}${after}`, !isConnected);
}

async function stop() {
  const ended = listener;
  listener = undefined;
  field('stop').disabled = true;
  if (ended === undefined) return;
  say('listening', 'Nobody is subscribed.');
  const { client, headers, subscription: id } = ended;
  const path = `${base}/subscription/${id}`;
  // The subscription may have expired, the session too: both are gone then, as wanted.
  await Promise.allSettled([
    client.stop(),
    id && fetch(path, { method: 'DELETE', headers, keepalive: true }),
  ]);
}

onPress('stop', stop);
window.addEventListener('pagehide', stop);

onSubmit('publish', 'published', async () => {
  const tag = value('tag');
  say('published', 'Publishing …');
  await call('POST', `${base}/publish`, { body: { tag, message: field('message').value } });
  say('published', `Published ${tag} at ${new Date().toLocaleTimeString()}.`);
});

onPress('explain', () => explain(field('explanation'), value('tag'), value('provider')));

/** Shows an event that arrived, its deliveries, and what applies to them. */
function show({ id, message, tag }) {
  const deliveries = node('div');
  const explanation = node('div');
  const refresh = node('button', {}, 'Look again');
  refresh.type = 'button';
  refresh.addEventListener('click', () => look(id, tag, deliveries));
  const text = typeof message === 'string' ? message : JSON.stringify(message, undefined, 2);
  const article = node('article', {}, [
    node('h3', {}, tag),
    node('p', { className: 'when' }, `${new Date().toLocaleTimeString()} · ${id}`),
    node('p', { className: 'message' }, text),
    deliveries,
    refresh,
    explanation,
  ]);
  field('arrived').prepend(article);
  say('count', `${field('arrived').childElementCount} arrived, the last one for ${tag}.`);
  look(id, tag, deliveries).then(([first]) => explain(explanation, tag, first?.providerName));
}

async function look(id, tag, element) {
  const event = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  try {
    const rows = await call('GET', `${base}/deliveries?${new URLSearchParams({ tag, event })}`);
    fillWithDeliveries(element, rows);
    return rows;
  } catch (error) {
    element.replaceChildren(node('p', { className: 'failed' }, error.message));
    return [];
  }
}

async function explain(element, tag, provider) {
  const query = new URLSearchParams({ tag, ...(provider ? { provider } : {}) });
  try {
    fillWithExplanation(element, await call('GET', `/genesys/1/admin/push/explain?${query}`));
  } catch (error) {
    const words = `No explanation. ${error.message}`;
    element.replaceChildren(node('p', { className: 'failed' }, words));
  }
}
