import { describe, expect, it } from '@jest/globals';
import {
  call,
  expectRefusal,
  send,
  snapshot,
  startService,
  startState,
  startTask,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Fields: the reserved names never become an extension
const server = useTestServer();

const reserved = [
  ...['session_id', 'interaction_id', 'application_type', 'application_id', 'resource_type'],
  ...['resource_id', 'media_type', 'timestamp', 'customer_id', 'contact_key', 'service_type'],
  ...['state_type', 'task_type', 'previous_state_id', 'state_id', 'est_duration', 'ttl'],
  ...['expiration_time', 'auto_complete_after', 'disposition', 'disposition_desc', 'from', 'to'],
  ...['service_id', 'task_id', 'started', 'completed', 'duration', 'active_states'],
  ...['completed_states', 'active_tasks', 'completed_tasks'],
];

/** A service, a state and a task of it, by their paths. */
async function items(): Promise<string[]> {
  const service = await startService(server);
  const state = await startState(server, service);
  const task = await startTask(server, service);
  const path = `/services/${service}`;
  return [path, `${path}/states/${state}`, `${path}/tasks/${task}`];
}

describe('PUT of an extension', () => {
  it('with a reserved name is a 400 InvalidParameter', async () => {
    const paths = await items();
    const before = await snapshot(server);
    for (const name of reserved) {
      for (const path of paths) {
        for (const end of ['', '/merge']) {
          const target = `${path}/extensions/${name}${end}`;
          expectRefusal(await call(server, 'PUT', target, { a: 1 }), 400, 'InvalidParameter', name);
        }
      }
    }
    expect(await snapshot(server)).toBe(before);
  });

  it('with a name that is too long or no text is a 400', async () => {
    const paths = await items();
    const before = await snapshot(server);
    for (const path of paths) {
      for (const end of ['', '/merge']) {
        const long = `${path}/extensions/${'x'.repeat(256)}${end}`;
        expectRefusal(await call(server, 'PUT', long, {}), 400, 'InvalidParameter');
        const nul = `${path}/extensions/a%00${end}`;
        expectRefusal(await call(server, 'PUT', nul, {}), 400, 'InvalidText');
      }
    }
    expect(await snapshot(server)).toBe(before);
  });

  it.each([
    ['"a\\u0000"', 'InvalidText'],
    ['{"a":["\\u0000"]}', 'InvalidText'],
    ['{"\\u0000":1}', 'InvalidText'],
    ['"\\ud800"', 'InvalidText'],
    ['[{"\\udfff":1}]', 'InvalidText'],
    ['{', 'InvalidBody'],
    ['nul', 'InvalidBody'],
    ['"a', 'InvalidBody'],
    ['7 7', 'InvalidBody'],
    ['', 'InvalidBody'],
    ['[1,]', 'InvalidBody'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'InvalidBody'],
  ])('with the value %.20s is a 400 %s', async (body, exception) => {
    const paths = await items();
    const before = await snapshot(server);
    for (const path of paths) {
      for (const end of ['', '/merge']) {
        const answer = await send(server, 'PUT', `${path}/extensions/note${end}`, body);
        // What is no map and no text either may be refused for the one or the other.
        const either = end === '/merge' && /^["[]/.test(body);
        expectRefusal(
          answer,
          400,
          either ? expect.stringMatching(/^Invalid(Body|Text)$/) : exception,
        );
      }
    }
    expect(await snapshot(server)).toBe(before);
  });

  it('without a body, or of another type, is refused', async () => {
    const paths = await items();
    const before = await snapshot(server);
    for (const path of paths) {
      for (const end of ['', '/merge']) {
        const target = `${path}/extensions/note${end}`;
        expectRefusal(await call(server, 'PUT', target), 400, 'InvalidBody');
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/json']) {
          const answer = await send(server, 'PUT', target, '{}', type);
          expectRefusal(answer, 415, 'UnsupportedMediaType');
        }
      }
    }
    expect(await snapshot(server)).toBe(before);
  });
});
