import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DomainError } from '../../../src/core/errors/index.js';
import { ConfigClient } from './config-client.js';
import { type PluggedServer, startPlugged } from './plugged-server.js';
import { defineSection, text } from '../../../src/core/settings/index.js';

const colour = defineSection<{ name: string }>('colour', { name: text('white') });
const shape = defineSection<{ name: string }>('shape', { name: text('round') });

/** What the modules of this test have been told to bring in step. */
const applied: string[] = [];
const heard: string[] = [];

let server: PluggedServer;
let config: ConfigClient;

beforeAll(async () => {
  server = await startPlugged({
    config: { colour: { name: 'red' } },
    rules: [
      {
        schema: colour,
        apply: async (sections) => {
          applied.push(`${sections.get(colour).name} ${sections.get(shape).name}`);
        },
      },
      {
        schema: shape,
        apply: async (sections) => {
          if (sections.get(shape).name !== 'impossible') return;
          throw new DomainError('conflict', 'ShapeImpossible', 'there is no such shape');
        },
      },
    ],
  });
  config = new ConfigClient(server);
  server.configuration.onChange(() => heard.push(server.configuration.get(colour).name));
});

afterAll(() => server.close());

// docs/compatibility.md, Configuration: nothing is half applied
describe('what modules derive from sections', () => {
  it('is brought in step at the start', () => {
    expect(applied).toEqual(['red round']);
  });

  it('is brought in step with every write', async () => {
    await config.put('shape', { name: 'square' });
    await config.import('{ colour: { name: blue } }');
    await config.remove('colour');
    expect(applied.slice(1)).toEqual(['red square', 'blue round', 'white round']);
    expect(heard).toEqual(['red', 'blue', 'white']);
  });

  it('is not brought in step with what is refused', async () => {
    const before = [...applied];
    expect((await config.put('shape', { name: [] })).status).toBe(400);
    expect(applied).toEqual(before);
  });

  it('takes the whole write back when it cannot be', async () => {
    await config.put('colour', { name: 'red' });
    const { id } = (await config.audit('?limit=1')).json[0];
    const versions = server.configuration.version;
    const { status, json } = await config.put('shape', { name: 'impossible' });
    expect([status, json.exception]).toEqual([409, 'ShapeImpossible']);
    expect((await config.readAll()).json).toEqual({ colour: { name: 'red' } });
    expect((await config.audit('?limit=1')).json[0].id).toBe(id);
    expect(server.configuration.get(shape)).toEqual({ name: 'round' });
    expect(server.configuration.version).toBe(versions);
  });

  it('is told to the others though one that listens fails', async () => {
    const end = server.configuration.onChange(() => {
      throw new Error('failed');
    });
    const late: string[] = [];
    const endLate = server.configuration.onChange(() => late.push('heard'));
    expect((await config.put('colour', { name: 'green' })).status).toBe(200);
    end();
    endLate();
    await config.put('colour', { name: 'black' });
    expect(late).toEqual(['heard']);
  });
});

describe('the configuration of a server that has started', () => {
  it('takes no more rules', () => {
    const late = defineSection<object>('late', {});
    expect(() => server.configuration.register({ schema: late })).toThrow(
      'section late is registered too late',
    );
  });

  it('knows registered sections alone', () => {
    const other = defineSection<object>('other', {});
    expect(() => server.configuration.get(other)).toThrow('nobody registered the section other');
  });
});
