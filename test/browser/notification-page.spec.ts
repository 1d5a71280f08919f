import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { type BrowserPage, telephone, useBrowser, type WindowSize } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { useHttpSink } from '../support/http-sink.js';
import { base, callback, deliveries, putSection, subscribe } from '../support/notification.js';
import type { SpawnedServer } from '../support/spawned-server.js';
import { useServers } from '../support/use-servers.js';

// The demonstration with push settings, as an operator meets it.
const servers = useServers();
const open = useBrowser();
const sink = useHttpSink();
let server: SpawnedServer;

beforeAll(async () => {
  server = await servers.spawn();
  await putSection(server, 'push', { pushEnabled: 'comet,httpcb', 'apple.sound': 'bell' });
  await putSection(server, 'push.provider.SalesApp', { 'customhttp.url': `${sink.url}/sales` });
  await putSection(server, 'push.provider.event.demo', { 'apple.alert.title': 'For everybody' });
  await putSection(server, 'push.provider.SalesApp.event.demo', { 'apple.alert.title': 'Sales' });
});

beforeEach(async () => {
  await server.request('DELETE', `${base}/subscription/subscriber/sink`);
});

async function openPage(size?: WindowSize): Promise<BrowserPage> {
  const opened = await open(size);
  await opened.page.goto(`${server.url}/genesys/resources/notificationtest.html`);
  return opened;
}

async function listen(page: Page, fields: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const [label, value] of Object.entries(fields)) {
    await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  }
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByText(/: connected, subscription [-0-9a-f]{36}$/).waitFor();
}

async function publish(page: Page, tag: string, message: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Tag' }).fill(tag);
  await page.getByRole('textbox', { name: 'Message' }).fill(message);
  await page.getByRole('button', { name: 'Publish' }).click();
}

/** The event that arrived with a message, once it is there. */
async function arrival(page: Page, message: string): Promise<Locator> {
  const article = page.getByRole('article').filter({ hasText: message });
  await article.waitFor();
  return article;
}

async function endsSubscriptionsOf(subscriberId: string): Promise<void> {
  await eventually(async () => {
    const { json } = await server.request(
      'GET',
      `${base}/subscription?subscriberId=${subscriberId}`,
    );
    expect(json).toEqual([]);
  }, 20_000);
}

/** The cells of a table's body, row by row. */
async function cellsOf(within: Locator, caption: string): Promise<string[][]> {
  const rows = within.getByRole('table', { name: caption }).locator('tbody tr');
  await rows.first().waitFor();
  return Promise.all((await rows.all()).map((row) => row.locator('th, td').allTextContents()));
}

describe('the notification page', () => {
  it('shows an event that arrives over comet, its delivery and what applies to it', async () => {
    const { page, complaints } = await openPage();
    await listen(page, { 'User (gms_user)': 'anna', Filter: 'demo.hello' });
    await publish(page, 'demo.hello', 'Guten Tag, <b>Zoë</b>');
    await page.getByText(/^Published demo\.hello at /).waitFor();
    const article = await arrival(page, 'Guten Tag, <b>Zoë</b>');
    expect(await cellsOf(article, 'Deliveries of this event')).toEqual([
      ['delivered', 'comet', 'anna', '–', expect.any(String), expect.stringMatching(/\d/), '–'],
    ]);
    expect(await cellsOf(article, 'Sections, general to specific')).toEqual([
      ['push', 'yes', 'apple.sound = bell'],
      ['push.provider.event', 'no', ''],
      ['push.provider.event.demo', 'yes', 'apple.alert.title = For everybody'],
      ['push.provider.event.demo.hello', 'no', ''],
    ]);
    expect(await cellsOf(article, 'Message attributes')).toEqual([
      ['apple.alert.title', 'For everybody', 'push.provider.event.demo'],
      ['apple.sound', 'bell', 'push'],
    ]);
    expect(complaints).toEqual([]);
  });

  it('explains by the provider of the subscription', async () => {
    const { page, complaints } = await openPage();
    await listen(page, {
      'User (gms_user)': 'ben',
      Filter: 'demo.sales',
      'Provider (optional)': 'SalesApp',
    });
    await publish(page, 'demo.sales', 'sold');
    const article = await arrival(page, 'sold');
    const [row] = await cellsOf(article, 'Deliveries of this event');
    expect(row?.slice(0, 4)).toEqual(['delivered', 'comet', 'ben', 'SalesApp']);
    expect(await cellsOf(article, 'Message attributes')).toContainEqual([
      'apple.alert.title',
      'Sales',
      'push.provider.SalesApp.event.demo',
    ]);
    expect(await cellsOf(article, 'Connection')).toEqual([
      ['customhttp.url', `${sink.url}/sales`, 'push.provider.SalesApp', 'customhttp.url'],
    ]);
    expect(complaints).toEqual([]);
  });

  it('shows the other deliveries of the event too, and how they go on', async () => {
    const { page } = await openPage();
    await subscribe(server, callback(`${sink.url}/gone`, 'both', { subscriberId: 'sink' }));
    sink.answer('/gone', 410);
    await listen(page, { 'User (gms_user)': 'cleo', Filter: 'both' });
    await publish(page, 'both', 'to two');
    const article = await arrival(page, 'to two');
    await page.getByText('HTTP 503').waitFor();
    await article.getByRole('button', { name: 'Look again' }).click();
    await article.getByText('dead', { exact: true }).waitFor();
    const rows = await cellsOf(article, 'Deliveries of this event');
    expect(rows.map(([state, type]) => [state, type]).sort()).toEqual([
      ['dead', 'httpcb'],
      ['delivered', 'comet'],
    ]);
  });

  it('shows events as they come, from whoever publishes, the newest first', async () => {
    const { page, complaints } = await openPage();
    await listen(page, { 'User (gms_user)': 'Dörte', Filter: 'stream.*' });
    for (const number of [1, 2, 3]) {
      const json = { tag: `stream.n${number}`, message: { number } };
      expect((await server.request('POST', `${base}/publish`, { json })).status).toBe(200);
    }
    await arrival(page, 'stream.n3');
    const titles = page.getByRole('article').getByRole('heading', { level: 3 });
    await eventually(async () => {
      expect(await titles.allTextContents()).toEqual(['stream.n3', 'stream.n2', 'stream.n1']);
    });
    await page.getByText('3 arrived, the last one for stream.n3.').waitFor();
    expect(await deliveries(server, 'tag=stream.n1')).toMatchObject([{ deviceId: 'Dörte' }]);
    expect(complaints).toEqual([]);
  });

  it('ends the subscription with Stop', async () => {
    const { page, complaints } = await openPage();
    await listen(page, { 'User (gms_user)': 'emil', Filter: 'ends' });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Nobody is subscribed.').waitFor();
    await endsSubscriptionsOf('emil');
    await publish(page, 'ends', 'to nobody');
    await page.getByText(/^Published ends/).waitFor();
    expect(await deliveries(server, 'tag=ends')).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('ends the subscription when the page is left', async () => {
    const { page } = await openPage();
    await listen(page, { 'User (gms_user)': 'emma', Filter: 'left' });
    await page.getByRole('link', { name: 'Service API' }).click();
    await endsSubscriptionsOf('emma');
  });

  it('goes on after a poll that broke off, and shows nothing twice', async () => {
    const { page } = await openPage();
    await listen(page, { 'User (gms_user)': 'fred', Filter: 'again' });
    await page.route('**/genesys/cometd', (route) => route.abort(), { times: 1 });
    await publish(page, 'again', 'first');
    await arrival(page, 'first');
    await page.getByText(/fred: .*; trying again$/).waitFor();
    await page.getByText(/fred: connected/).waitFor();
    await publish(page, 'again', 'second');
    await arrival(page, 'second');
    expect(await page.getByRole('article').count()).toBe(2);
  });

  it('says what the server refuses', async () => {
    const { page } = await openPage();
    await page.getByLabel('Filter').fill('no*good');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByText(/^HTTP 400: filter takes /).waitFor();
    expect(await page.getByRole('button', { name: 'Stop' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Tag' }).fill('bad!');
    await page.getByRole('button', { name: 'Explain the tag' }).click();
    await page.getByText(/^No explanation\. HTTP 400: tag takes /).waitFor();
  });

  it('fits a telephone', async () => {
    const { page, complaints } = await openPage(telephone);
    await listen(page, { 'User (gms_user)': 'gina', Filter: 'long.*' });
    await publish(page, `long.${'long'.repeat(20)}`, 'long'.repeat(60));
    const article = await arrival(page, 'longlong');
    await cellsOf(article, 'Sections, general to specific');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(telephone.width);
    expect(complaints).toEqual([]);
  });
});
