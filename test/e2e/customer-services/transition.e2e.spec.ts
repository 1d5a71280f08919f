import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  at,
  base,
  call,
  expectRefusal,
  read,
  snapshot,
  startService,
  startState,
  startTask,
  succeed,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Operations: POST /services/{id}/states/transition
const server = useTestServer();

let service: string;
let states: string;
beforeEach(async () => {
  service = await startService(server);
  states = `/services/${service}/states`;
});

const attempt = (body: object) => call(server, 'POST', `${states}/transition`, body);
const transition = (body: object) => succeed(201, server, 'POST', `${states}/transition`, body);

describe('a transition', () => {
  it('ends one state and starts its successor, answered with its Location', async () => {
    const from = await startState(server, service, { timestamp: at(0), state_type: 'a' });
    const answer = await transition({ from: { state_id: from } });
    const { state_id } = answer.json;
    expect(answer.json).toEqual({ state_id: expect.any(Number) });
    expect(state_id).not.toBe(from);
    expect(answer.headers.location).toBe(`${server.url}${base}${states}/${state_id}`);
    const [old, next, ...others] = await read(server, states);
    expect(others).toEqual([]);
    const instant = { timestamp: next.started.timestamp };
    expect(Math.abs(Date.parse(instant.timestamp) - Date.now())).toBeLessThan(10_000);
    expect(old).toEqual({
      ...{ service_id: service, state_id: from, state_type: 'a', started: { timestamp: at(0) } },
      ...{ completed: instant, duration: Date.parse(instant.timestamp) - Date.parse(at(0)) },
    });
    expect(next).toEqual({
      ...{ service_id: service, state_id, previous_state_id: from, started: instant },
    });
  });

  it('gives each state its part of the body, and both the event', async () => {
    const from = await startState(server, service, { timestamp: at(0), old: true });
    const event = { session_id: 's', application_id: 4, media_type: 'x', timestamp: at(3) };
    const { json } = await transition({
      from: { state_id: String(from), disposition: 'done', disposition_desc: 'well' },
      to: { state_type: 9, est_duration: '30', ignored: 1, session_id: 'no' },
      ...event,
      ...{ note: { a: [1] }, gone: null },
    });
    const [old, next] = await read(server, `${states}?extensions=*`);
    expect(old).toEqual({
      ...{ service_id: service, state_id: from, started: { timestamp: at(0) }, completed: event },
      ...{ duration: 3000, disposition: 'done', disposition_desc: 'well', old: true },
    });
    expect(next).toEqual({
      ...{ service_id: service, state_id: json.state_id, state_type: 9, previous_state_id: from },
      ...{ est_duration: 30, started: event, note: { a: [1] }, gone: null },
    });
  });

  it('ignores reserved names at its top', async () => {
    const from = await startState(server, service, { timestamp: at(0) });
    await transition({
      ...{ from: { state_id: from }, to: null, state_id: 'x', state_type: 'x', disposition: {} },
      ...{ previous_state_id: 5, est_duration: -1, timestamp: at(1) },
    });
    const [old, next] = await read(server, `${states}?extensions=*`);
    expect(Object.keys(old).sort()).toEqual(
      ['completed', 'duration', 'service_id', 'started', 'state_id'].sort(),
    );
    expect(Object.keys(next).sort()).toEqual(
      ['previous_state_id', 'service_id', 'started', 'state_id'].sort(),
    );
    expect(next.previous_state_id).toBe(from);
  });

  it('leaves the tasks of the old state where they are', async () => {
    const from = await startState(server, service);
    const task = await startTask(server, service, { state_id: from });
    await transition({ from: { state_id: from } });
    expect(await read(server, `/services/${service}/tasks/active`)).toMatchObject([
      { task_id: task, state_id: from },
    ]);
  });

  it('needs a state that is active, else 409 StateCompleted', async () => {
    const from = await startState(server, service);
    await transition({ from: { state_id: from } });
    const before = await snapshot(server);
    const again = await attempt({ from: { state_id: from }, to: { state_type: 'x' } });
    expectRefusal(again, 409, 'StateCompleted');
    expect(await snapshot(server)).toBe(before);
    const ended = await startState(server, service);
    await succeed(204, server, 'POST', `${states}/${ended}/end`);
    expectRefusal(await attempt({ from: { state_id: ended } }), 409, 'StateCompleted');
  });

  it('before the start of the old state is a 400 that changes nothing', async () => {
    const from = await startState(server, service, { timestamp: at(5) });
    const before = await snapshot(server);
    const early = await attempt({ from: { state_id: from }, timestamp: at(4.999), note: 1 });
    expectRefusal(early, 400, 'InvalidParameter', 'timestamp');
    expect(await snapshot(server)).toBe(before);
    await transition({ from: { state_id: from }, timestamp: at(5) });
  });

  it('takes a chain of them, each knowing the one before', async () => {
    const chain = [await startState(server, service, { timestamp: at(0) })];
    for (let n = 1; n <= 4; n++) {
      const body = { from: { state_id: chain.at(-1) }, to: { state_type: n }, timestamp: at(n) };
      chain.push((await transition(body)).json.state_id);
    }
    const shown = await read(server, states);
    expect(shown.map((one: any) => [one.state_id, one.previous_state_id, one.duration])).toEqual(
      chain.map((id, n) => [id, chain[n - 1], n < 4 ? 1000 : undefined]),
    );
  });
});
