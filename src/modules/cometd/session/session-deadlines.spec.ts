import { expect, it } from '@jest/globals';
import { Session } from './session.js';
import { SessionDeadlines } from './session-deadlines.js';

const session = (clientId: string): Session =>
  new Session(
    clientId,
    {
      ...{ user: 'user', acknowledges: false, subscriptions: [], connected: true },
      ...{ sent: 0, cursor: 0, epoch: 1, owner: null },
    },
    0,
  );

const due = (deadlines: SessionDeadlines, now: number): string[] =>
  [...deadlines.takeDue(now)].map(({ clientId }) => clientId);

it('finds each session once its moment has come, and not before', () => {
  const deadlines = new SessionDeadlines();
  deadlines.schedule(session('one'), 1000, 500);
  deadlines.schedule(session('other'), 1800, 500);
  expect(due(deadlines, 990)).toEqual([]);
  expect(due(deadlines, 1000)).toEqual(['one']);
  expect(due(deadlines, 1700)).toEqual([]);
  expect(due(deadlines, 30_000)).toEqual(['other']);
  expect(due(deadlines, 60_000)).toEqual([]);
});

it('goes by the earliest moment that was noted, and looks again after 5 s at the latest', () => {
  const deadlines = new SessionDeadlines();
  const one = session('one');
  deadlines.schedule(one, 60_000, 1000);
  deadlines.schedule(one, 2000, 1000);
  deadlines.schedule(one, 3000, 1000);
  expect(due(deadlines, 2000)).toEqual(['one']);
  deadlines.schedule(one, 60_000, 2000);
  expect(due(deadlines, 6900)).toEqual([]);
  expect(due(deadlines, 7000)).toEqual(['one']);
});

it('takes a moment that is over for the next one to come', () => {
  const deadlines = new SessionDeadlines();
  expect(due(deadlines, 1000)).toEqual([]);
  deadlines.schedule(session('late'), 10, 1050);
  expect(due(deadlines, 1100)).toEqual(['late']);
});
