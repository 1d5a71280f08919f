import { expect, it } from '@jest/globals';
import type { Log } from './log.js';
import { NestLog } from './nest-log.js';

it('puts what Nest says into our log, its everyday news at debug', () => {
  const lines: unknown[] = [];
  const write = (level: string) => (facts: object, message: string) =>
    void lines.push([level, facts, message]);
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const nest = new NestLog(log);
  const failure = new Error('broken');
  nest.log('Mapped {/a, GET} route', 'RouterExplorer');
  nest.warn('deprecated', 'Router');
  nest.error(failure, 'the stack', 'ExceptionsHandler');
  expect(lines).toEqual([
    ['debug', { context: 'RouterExplorer' }, 'Mapped {/a, GET} route'],
    ['warn', { context: 'Router' }, 'deprecated'],
    ['error', { err: failure, context: 'ExceptionsHandler', stack: 'the stack' }, 'broken'],
  ]);
});
