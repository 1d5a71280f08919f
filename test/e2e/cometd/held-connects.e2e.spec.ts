import { expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { CometSessionRepository } from '../../../src/modules/cometd/session/comet-session.repository.js';
import { SessionRegistry } from '../../../src/modules/cometd/session/session-registry.js';
import { connect, exchange, post, send, session } from '../../support/bayeux.js';
import { databaseRows } from '../../support/database-rows.js';
import { eventually } from '../../support/eventually.js';
import { useTestServer } from '../../support/use-servers.js';

const server = useTestServer({ config: { cometd: { timeout: 10_000 } } });

const provided = <Kind>(kind: abstract new (...values: any[]) => Kind): Kind =>
  server.app.get(kind, { strict: false });

it('two connects at once on a node that takes the session over end with one of them held', async () => {
  const ack = { ext: { ack: true } };
  const clientId = await session(server, 'hurried', ack);
  // Another node has had it, and this one knows no more of it.
  await databaseRows(server, 'UPDATE comet_session SET epoch = epoch + 1 WHERE client_id = $1', [
    clientId,
  ]);
  const registry = provided(SessionRegistry);
  await eventually(() => expect(registry.find(clientId)).toBeUndefined());
  const poll = () => post(server, 'hurried', connect(clientId, { ext: { ack: 0 } }));
  await post(server, 'hurried', connect(clientId, { ext: { ack: 0 }, advice: { timeout: 0 } }));
  const stopDelaying = delayFirstTake();
  try {
    const polls = [poll(), poll()];
    await eventually(async () => {
      const settled = await Promise.all(polls.map((one) => Promise.race([one, delay(20)])));
      expect(settled.filter(Boolean).map((answer) => answer!.status)).toEqual([409]);
    });
    // By then the node has looked whether the session is another's.
    await delay(2500);
    await send(server, 'hurried', 'here');
    const statuses = (await Promise.all(polls)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409]);
  } finally {
    stopDelaying();
  }
});

it('a connect that cannot be answered costs no other its answer', async () => {
  const broken = await session(server, 'broken');
  const held = post(server, 'broken', connect(broken, { advice: { timeout: 300 } }));
  const registry = provided(SessionRegistry);
  await eventually(() => expect(registry.find(broken)?.held).toBeDefined());
  const { exchange: way } = registry.find(broken)!.held!;
  const answer = way.answer.bind(way);
  let fails = 0;
  way.answer = () => {
    fails++;
    throw new Error('the transport fails');
  };
  await eventually(() => expect(fails).toBeGreaterThan(0));
  const whole = await session(server, 'whole');
  const quiet = connect(whole, { advice: { timeout: 300 } });
  expect(await exchange(server, 'whole', quiet)).toMatchObject([{ successful: true }]);
  answer('[]');
  await held;
});

/** Has the database's answer to the first of two takes come after that to the second. */
function delayFirstTake(): () => void {
  const repository = provided(CometSessionRepository);
  const take = repository.takeOver.bind(repository);
  let first: Promise<unknown> | undefined;
  let secondIsThere: () => void;
  const second = new Promise<void>((resolve) => (secondIsThere = resolve));
  const spy = jest.spyOn(repository, 'takeOver').mockImplementation(async (...values) => {
    if (first === undefined) {
      const taking = take(...values);
      first = taking;
      await second;
      await delay(50);
      return taking;
    }
    await first;
    const taken = await take(...values);
    secondIsThere();
    return taken;
  });
  return () => spy.mockRestore();
}
