import { beforeAll, describe, expect, it } from '@jest/globals';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { desktop, telephone, useBrowser } from '../support/browser.js';
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

describe('the page of the Service API', () => {
  const address = () => `${server.url}/genesys/resources/servicetest.html`;

  it('keeps rows that somebody has written while another service is named', async () => {
    const { page } = await open();
    await page.goto(address());
    await page.getByLabel('Value of the field').first().fill('0612345678');
    await page.getByLabel('Service', { exact: true }).fill('myOwnService');
    await page.getByLabel('Service', { exact: true }).press('Tab');
    await page.getByLabel('Service', { exact: true }).fill('request-access');
    await page.getByLabel('Service', { exact: true }).press('Tab');
    expect(await page.getByLabel('Value of the field').first().inputValue()).toBe('0612345678');
    expect(await page.getByLabel('Name of a field').count()).toBe(6);
  });

  it('keeps the example while the name of a service that it does not know is typed', async () => {
    const { page } = await open();
    await page.goto(address());
    await page.getByLabel('Service', { exact: true }).fill('request-inter');
    await page.getByLabel('Service', { exact: true }).press('Tab');
    expect(await page.getByLabel('Name of a field').count()).toBe(6);
    await page.getByLabel('Service', { exact: true }).fill('iPhoneService');
    await page.getByLabel('Service', { exact: true }).press('Tab');
    expect(await page.getByLabel('Name of a field').count()).toBe(1);
  });

  it('sends by Enter, with the API key that is filled in', async () => {
    const { page } = await open();
    await page.goto(address());
    await page.getByLabel('API key (optional)').fill('gms_no-such-key');
    const sent = page.waitForRequest(/request-interaction/);
    await page.getByLabel('Service', { exact: true }).press('Enter');
    expect((await sent).headers()['x-api-key']).toBe('gms_no-such-key');
    await page.getByRole('status').filter({ hasText: 'HTTP' }).waitFor();
  });
});

describe('every page', () => {
  const paths = [
    '/',
    '/genesys/resources/servicetest.html',
    '/genesys/resources/storagetest.html',
    '/genesys/resources/notificationtest.html',
  ];

  it.each(paths)(
    '%s has no fault that axe knows, on a telephone in the dark either',
    async (path) => {
      for (const size of [desktop, telephone]) {
        const { page, complaints } = await open(size);
        if (size === telephone) await page.emulateMedia({ colorScheme: 'dark' });
        await page.goto(server.url + path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
        const faults = violations.flatMap(({ id, nodes }) =>
          nodes.map(({ html }) => `${id}: ${html}`),
        );
        expect(faults).toEqual([]);
        expect(complaints).toEqual([]);
      }
    },
  );

  it.each(paths.slice(1))('%s has fields and buttons that a finger hits', async (path) => {
    const { page } = await open(telephone);
    await page.goto(server.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const controls = page.locator('input:visible, button:visible, textarea:visible');
    expect(await controls.count()).toBeGreaterThan(5);
    for (const control of await controls.all()) {
      const { width, height } = (await control.boundingBox())!;
      expect(height).toBeGreaterThanOrEqual(44);
      expect(width).toBeGreaterThanOrEqual(44);
    }
  });
});

it('the front page leads to the pages and back', async () => {
  const { page, complaints } = await open();
  await page.goto(server.url);
  await page.getByRole('link', { name: 'Service API' }).click();
  await page.getByRole('heading', { level: 1, name: 'Try the Service API' }).waitFor();
  await page.getByRole('link', { name: 'Start' }).click();
  await page.getByRole('heading', { level: 1, name: 'OpenGMS' }).waitFor();
  expect(complaints).toEqual([]);
});

it('the list of all operations is shown under its content security policy', async () => {
  const { page, complaints } = await open();
  await page.goto(`${server.url}/docs`);
  await page.getByRole('link', { name: 'Notification', exact: true }).click();
  await page.locator('[data-path="/genesys/1/notification/publish"]').waitFor();
  expect(complaints).toEqual([]);
});
