import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  call,
  everything,
  expectRefusal,
  fresh,
  read,
  startService,
} from '../../support/customer-services.js';
import { useTestServer } from '../../support/use-servers.js';
import {
  type Command,
  eventOf,
  listed,
  type Model,
  type Parts,
  shown,
  stepOf,
} from './life-cycle-model.js';

// docs/compatibility.md, Context Services: any life of a service against the rules in memory
const server = useTestServer();

/** JSON as it comes back: -0 is 0 in it. */
const json = fc
  .jsonValue({ maxDepth: 2, stringUnit: 'grapheme' })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const name = fc.constantFrom('a', 'b', 'a.b', 'É 🙂', '__proto__', 'constructor');
const short = fc.string({ unit: 'grapheme', maxLength: 3 });
const type = fc.oneof(short, fc.integer());
const nth = fc.nat({ max: 5 });

const optional = <Fields extends object>(fields: {
  [Name in keyof Fields]: fc.Arbitrary<Fields[Name]>;
}) => fc.record(fields, { requiredKeys: [] });

const parts: fc.Arbitrary<Parts> = fc
  .record({
    seconds: fc.nat({ max: 20 }),
    event: optional({ session_id: short, media_type: type }),
    start: optional({ type, est_duration: fc.nat({ max: 900 }) }),
    disposition: optional({ disposition: type, disposition_desc: short }),
    extensions: fc.dictionary(name, json, { maxKeys: 2 }),
  })
  .map(({ start, ...others }) => ({ ...others, ...start }));

const target = fc.record({ of: fc.constantFrom('service', 'state', 'task'), nth });
const map = fc.dictionary(fc.oneof(name, short), json, { maxKeys: 3 });
const customer = fc.constantFrom('one', 'two');

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('startState'), parts }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('startTask'),
      on: fc.option(nth, { nil: undefined }),
      parts,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('transition'), from: nth, parts }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end'), target, parts }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put'), target, name, value: json }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('merge'), target, name, map }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('associate'),
      customer,
      isTimed: fc.boolean(),
      parts,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete') }) },
) as fc.Arbitrary<Command>;

/** Members sorted, so that equal values have equal text; `__proto__` is a name like any other. */
function canonical(value: unknown): string {
  const sorted = (_key: string, member: unknown): unknown =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member;
  return JSON.stringify(value, sorted, 1);
}

async function begin(first: Parts): Promise<Model> {
  const given = {
    contact_key: fresh(),
    service_type: first.type,
    est_duration: first.est_duration,
  };
  const started = eventOf(first);
  const service_id = await startService(server, { ...given, ...started, ...first.extensions });
  const extensions = new Map(Object.entries(first.extensions));
  const path = `/services/${service_id}`;
  const service = { path, fields: { service_id, ...given }, started, extensions };
  return { service, states: [], tasks: [], isDeleted: false };
}

async function take(model: Model, next: Command): Promise<void> {
  const step = stepOf(model, next);
  const answer = await call(server, step.method, step.path, step.body);
  const isGood = answer.status < 300;
  const found = isGood ? String(answer.status) : `${answer.status} ${answer.json.exception}`;
  expect({ next, found, expected: step.expected, text: answer.text }).toEqual({
    ...{ next, found: expect.anything(), expected: expect.arrayContaining([found]) },
    text: expect.any(String),
  });
  if (isGood) step.apply(answer.status === 201 ? answer.json : undefined);
}

/** Everything that three calls show is what the model believes. */
async function compare(model: Model): Promise<void> {
  const { service, states, tasks, isDeleted } = model;
  if (isDeleted) {
    expectRefusal(await call(server, 'GET', service.path), 404, 'ServiceNotFound');
    return;
  }
  const [inOrder, work] = [listed(states, 'state_id'), listed(tasks, 'task_id')];
  const inside = (items: typeof states, isCompleted: boolean) =>
    items
      .filter(({ ending }) => (ending !== undefined) === isCompleted)
      .map((item) => shown(item, 'service_id'));
  const tasksOf = (items: typeof tasks) => ({
    ...{ active_tasks: inside(items, false), completed_tasks: inside(items, true) },
  });
  const whole = await read(server, `${service.path}?${everything}`);
  expect(canonical(whole)).toBe(
    canonical({
      ...{ ...shown(service), ...tasksOf(work) },
      ...{ active_states: inside(inOrder, false), completed_states: inside(inOrder, true) },
    }),
  );
  const withTasks = 'active_tasks=true&completed_tasks=true&extensions=*';
  expect(canonical(await read(server, `${service.path}/states?${withTasks}`))).toBe(
    canonical(
      inOrder.map((state) => ({
        ...shown(state),
        ...tasksOf(work.filter(({ fields }) => fields.state_id === state.fields.state_id)),
      })),
    ),
  );
  expect(canonical(await read(server, `${service.path}/tasks?extensions=*`))).toBe(
    canonical(work.map((task) => shown(task))),
  );
}

it('any life of a service is as the documented rules say', async () => {
  const life = fc.asyncProperty(parts, fc.array(command, { maxLength: 30 }), async (first, all) => {
    const model = await begin(first);
    await compare(model);
    for (const next of all) {
      await take(model, next);
      await compare(model);
    }
  });
  // A failure prints seed and path, which lead to it again; a slow machine tries fewer lives.
  await fc.assert(life, { seed: 20261127, numRuns: 40, interruptAfterTimeLimit: 30_000 });
});
