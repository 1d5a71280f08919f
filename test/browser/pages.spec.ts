import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { telephone, useBrowser } from '../support/browser.js';
import type { SpawnedServer } from '../support/spawned-server.js';
import { useServers } from '../support/use-servers.js';

const servers = useServers();
const open = useBrowser();
let server: SpawnedServer;

beforeAll(async () => {
  server = await servers.spawn();
});

async function press(page: Page, name: string, answer: RegExp): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('status').filter({ hasText: answer }).waitFor();
}

describe('the pages on which calls are tried', () => {
  it('create, read and delete a service', async () => {
    const { page, complaints } = await open();
    await page.goto(`${server.url}/genesys/resources/servicetest.html`);
    await press(page, 'Create the service', /HTTP 200[^]*"_id"/);
    await press(page, 'Query all keys', /HTTP 200[^]*french/);
    await press(page, 'Delete', /^DELETE .*\nHTTP 200/);
    expect(complaints).toEqual([]);
  });

  it('create and read a storage area', async () => {
    const { page, complaints } = await open();
    await page.goto(`${server.url}/genesys/resources/storagetest.html`);
    await press(page, 'Create', /HTTP 200[^]*"id"/);
    await press(page, 'Query all keys', /HTTP 200[^]*"Key1":"Value1"/);
    await press(page, 'Delete', /^DELETE .*\nHTTP 200/);
    expect(complaints).toEqual([]);
  });

  it('lead to each other', async () => {
    const { page, complaints } = await open();
    await page.goto(`${server.url}/GMS-web/resources/servicetest.html`);
    for (const name of ['Notification API', 'Storage API', 'Service API']) {
      await page.getByRole('link', { name }).click();
      await page.getByRole('heading', { level: 1, name: `Try the ${name}` }).waitFor();
    }
    expect(complaints).toEqual([]);
  });

  it.each(['servicetest', 'storagetest', 'notificationtest'])(
    '%s fits a telephone',
    async (name) => {
      const { page } = await open(telephone);
      await page.goto(`${server.url}/genesys/resources/${name}.html`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(telephone.width);
    },
  );
});

it('the list of all operations is shown under its content security policy', async () => {
  const { page, complaints } = await open();
  await page.goto(`${server.url}/docs`);
  await page.getByRole('link', { name: 'Notification', exact: true }).click();
  await page.locator('[data-path="/genesys/1/notification/publish"]').waitFor();
  expect(complaints).toEqual([]);
});
