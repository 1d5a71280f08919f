import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { parse } from 'yaml';
import { ConfigClient, faultsIn } from './config-client.js';
import { type PluggedServer, startPlugged } from './plugged-server.js';
import {
  defineSection,
  list,
  map,
  optional,
  secret,
  text,
} from '../../../src/core/settings/index.js';

interface VaultOptions {
  readonly title: string;
  readonly api_secret: string | undefined;
  readonly certificates: readonly string[];
  readonly accounts: { readonly user: string; readonly password: string } | undefined;
}

const vault = defineSection<VaultOptions>('vault', {
  title: text(''),
  api_secret: optional(
    secret(text('', 'a secret of 5 characters or more', (value) => value.length >= 5)),
  ),
  certificates: list<string>([], secret(text(''))),
  // One secret inside makes a secret of all that it stands in.
  accounts: optional(
    map<{ user: string; password: string }>({ user: text(''), password: secret(text('')) }),
  ),
});
const provider = defineSection<{ password: string }>('vault.provider.', {
  password: secret(text('')),
});

const mask = '********';
const stored = {
  title: 'A',
  api_secret: 'hunter2',
  certificates: ['cert-1', 'cert-2'],
  accounts: { user: 'kate', password: 'password0' },
};

let server: PluggedServer;
let config: ConfigClient;

beforeAll(async () => {
  server = await startPlugged({
    rules: [{ schema: vault }, { schema: provider }],
    config: { vault: stored, 'vault.provider.SalesApp': { password: 'swordfish' } },
  });
  config = new ConfigClient(server);
});

afterAll(() => server.close());

beforeEach(async () => {
  expect((await config.put('vault', stored)).status).toBe(200);
});

// docs/compatibility.md, Configuration: secrets are options too; reads show them masked
describe('a secret', () => {
  it('is known to the server', () => {
    expect(server.configuration.get(vault)).toEqual(stored);
    expect(server.configuration.find(provider, 'SalesApp')).toEqual({ password: 'swordfish' });
  });

  it('is masked in every read', async () => {
    const masked = { title: 'A', api_secret: mask, certificates: mask, accounts: mask };
    expect((await config.read('vault')).json).toEqual(masked);
    expect((await config.readAll()).json).toEqual({
      vault: masked,
      'vault.provider.SalesApp': { password: mask },
    });
  });

  it('is masked in the answer to its writing', async () => {
    const { json } = await config.put('vault', { api_secret: 'password1' });
    expect(json).toEqual({ api_secret: mask });
    const yaml = 'vault: { title: B, api_secret: password2 }';
    expect((await config.import(yaml)).json).toEqual({ vault: { title: 'B', api_secret: mask } });
    await config.put('vault.provider.SalesApp', { password: 'swordfish' });
  });

  it('is kept by its mask', async () => {
    const masked = { title: 'B', api_secret: mask, certificates: mask, accounts: mask };
    expect((await config.put('vault', masked)).json).toEqual(masked);
    expect(server.configuration.get(vault)).toEqual({ ...stored, title: 'B' });
    expect((await config.import(`vault: { title: C, api_secret: "${mask}" }`)).status).toBe(200);
    expect(server.configuration.get(vault)).toEqual({
      ...{ title: 'C', api_secret: 'hunter2', certificates: [], accounts: undefined },
    });
  });

  it('that is not stored cannot be kept', async () => {
    await config.put('vault', { title: 'A' });
    const words = `takes a secret; ${mask} keeps one, and none is stored`;
    expect(faultsIn(await config.put('vault', { api_secret: mask, certificates: mask }))[0]).toBe(
      'section vault, option api_secret: takes a secret',
    );
    const { message } = (await config.import(`vault: { certificates: "${mask}" }`)).json;
    expect(message).toContain(`section vault, option certificates: ${words}`);
    expect((await config.read('vault')).json).toEqual({ title: 'A' });
  });

  it('is masked in an export, unless it is asked for', async () => {
    await config.put('vault.provider.SalesApp', { password: 'swordfish' });
    expect(parse((await config.export()).text)).toEqual({
      vault: { title: 'A', api_secret: mask, certificates: mask, accounts: mask },
      'vault.provider.SalesApp': { password: mask },
    });
    const whole = (await config.export('?secrets=true')).text;
    expect(parse(whole)).toEqual({
      vault: stored,
      'vault.provider.SalesApp': { password: 'swordfish' },
    });
    expect((await config.import(whole)).status).toBe(200);
    expect(server.configuration.get(vault)).toEqual(stored);
  });

  it('outlives an export that is imported again', async () => {
    const { text: exported } = await config.export();
    await config.put('vault', { ...stored, title: 'B' });
    expect((await config.import(exported)).status).toBe(200);
    expect(server.configuration.get(vault)).toEqual(stored);
    expect(server.configuration.find(provider, 'SalesApp')).toEqual({ password: 'swordfish' });
    expect((await config.export()).text).toBe(exported);
  });

  it('that nobody has cannot come with an export, and each one is named', async () => {
    const { text: exported } = await config.export();
    await config.import('{ vault.provider.SalesApp: { password: swordfish } }');
    const words = `takes a secret; ${mask} keeps one, and none is stored`;
    expect((await config.import(exported)).json.message).toContain(
      [
        `section vault, option api_secret: ${words}`,
        `section vault, option certificates: ${words}`,
        `section vault, option accounts: ${words}`,
      ].join('; '),
    );
    expect((await config.read('vault')).json).toEqual({});
  });

  it.each<[string, object, string]>([
    ['with blanks around it', { api_secret: ` ${mask} ` }, 'api_secret'],
    ['as an item of a list', { certificates: ['cert-1', mask] }, 'certificates'],
    ['inside of a map', { accounts: { user: 'kate', password: mask } }, 'accounts'],
  ])('is never the mask %s', async (_, options, option) => {
    await config.put('vault', { title: 'A' });
    const { status, json } = await config.put('vault', options);
    expect([status, json.message]).toEqual([
      400,
      expect.stringContaining(`section vault, option ${option}: takes a secret`),
    ]);
    expect((await config.read('vault')).json).toEqual({ title: 'A' });
  });

  it('is in no answer of the audit, nor in its table', async () => {
    await config.put('vault', { api_secret: 'password3', certificates: ['cert-3'] });
    await config.remove('vault');
    const { json } = await config.audit('?section=vault&limit=2');
    expect(json).toMatchObject([
      { action: 'delete', before: { api_secret: mask, certificates: mask }, after: null },
      {
        action: 'put',
        before: { title: 'A', api_secret: mask, certificates: mask, accounts: mask },
        after: { api_secret: mask, certificates: mask },
      },
    ]);
    const client = new Client({ connectionString: server.databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      'SELECT json_agg(audit_entry)::text AS all FROM audit_entry',
    );
    await client.end();
    expect(rows[0].all).not.toMatch(/hunter2|cert-|password\d|swordfish/);
  });

  it('is not in the words of a refusal', async () => {
    const { text } = await config.put('vault', { api_secret: 'x1y', certificates: 'z2w' });
    expect(text).toContain('section vault, option api_secret: takes a secret of 5 characters');
    expect(text).not.toMatch(/x1y|z2w/);
    const { text: yaml } = await config.import('vault: { api_secret: "hunter2\nb: }{ hunter2');
    expect(yaml).not.toContain('hunter2');
  });

  it('is not in the log', () => {
    expect(server.log()).toContain('the configuration has changed');
    expect(server.log()).toContain('exported with its secrets');
    expect(server.log()).not.toMatch(/hunter2|cert-|password\d|swordfish/);
  });
});
