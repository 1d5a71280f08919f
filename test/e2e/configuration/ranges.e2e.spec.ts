import { beforeAll, describe, expect, it } from '@jest/globals';
import { useTestServer } from '../../support/use-servers.js';
import { ConfigClient, pathOf } from './config-client.js';

const server = useTestServer({ config: {} });
const config = new ConfigClient(server);

/** The sections that this server knows, each with its options, as its own refusals tell. */
const sections = new Map<string, string[]>();

beforeAll(async () => {
  const { message } = (await config.put('nothing', {})).json;
  const names = /the sections are (.*)$/.exec(message as string)![1]!.split(', ');
  for (const name of names) {
    const section = name.replace('<name>', name.startsWith('push.') ? 'A' : 'a');
    const service = { _type: 'builtin', _service: 'request-interaction', _resource_group: 'a' };
    const base = section === 'service.a' ? service : {};
    const words = (await config.put(section, { ...base, 'no such option': 1 })).json.message;
    const options = /takes ([^;]*)$/.exec(words as string)![1]!.split(', ');
    sections.set(section, options);
  }
});

/** JSON texts of values that no option, or hardly one, takes. */
const values = [
  ...['1e999', '-1e999', '-0', '0', '1', '-1', '1.5', '2147483648', '9007199254740993', '1e21'],
  ...['""', '" 5 "', '"0x10"', '"1e3"', '"NaN"', '"-"', '"٣"', '"\\u0000"', '"\\ud800"', '"a\\nb"'],
  ...['true', '" TRUE "', '"yes"', 'null', '[]', '[[]]', '[null]', '{}', '{"__proto__": 1}'],
  ...[`"${'x'.repeat(10_000)}"`, `"${'9'.repeat(400)}"`, `${'['.repeat(40)}${']'.repeat(40)}`],
  ...[
    `[${'"x",'.repeat(300)}"x"]`,
    '"********"',
    '{"toString": 1, "then": "x", "constructor": null}',
  ],
];

// docs/compatibility.md, Configuration: refused with the section, the option and what it takes;
// nothing half applied
describe('every option of every section', () => {
  it('is known to this test', () => {
    expect(sections.size).toBeGreaterThan(10);
    for (const [section, options] of sections)
      expect([section, options.length > 0]).toEqual([section, true]);
  });

  it.each(values.map((value) => [value.slice(0, 40), value]))(
    'takes %s, or is refused by its name',
    async (_, value) => {
      for (const [section, options] of sections) {
        const body = `{${options.map((option) => `${JSON.stringify(option)}: ${value}`).join(', ')}}`;
        const { status, json, text } = await server.request('PUT', pathOf(section), {
          ...{ body, headers: { 'Content-Type': 'application/json' } },
        });
        if (status === 200) continue;
        expect([section, status, text.length < 20_000]).toEqual([section, 400, true]);
        if (json.exception === 'InvalidText') {
          // No JSON body may hold such text.
          expect([value, json.message]).toEqual([
            expect.stringMatching(/\\u(0000|d800)/),
            expect.stringContaining(options[0]!),
          ]);
          continue;
        }
        expect([section, json.exception]).toEqual([section, 'InvalidConfiguration']);
        const faults = (json.message as string)
          .split(new RegExp(`(?:^|; )section ${section}[,:] `))
          .slice(1);
        expect([section, json.message, faults.length > 0]).toEqual([section, json.message, true]);
      }
      expect((await config.import('{}')).json).toEqual({});
    },
  );

  it('is refused by a name of up to 150 characters when nobody knows it', async () => {
    for (const name of ['x'.repeat(500_000), '__proto__', 'constructor', ' ', '', 'a\nb']) {
      const { status, json, text } = await server.request('PUT', pathOf('storage'), {
        ...{
          body: `{${JSON.stringify(name)}: 1}`,
          headers: { 'Content-Type': 'application/json' },
        },
      });
      expect([status, json.exception]).toEqual([400, 'InvalidConfiguration']);
      expect(json.message).toMatch(/^section storage(, option .+)?: /s);
      expect(text.length).toBeLessThan(1000);
    }
  });
});
