import { beforeEach, describe, expect, it } from '@jest/globals';
import { CircuitBreaker } from './circuit-breaker.js';

let breaker: CircuitBreaker;

beforeEach(() => {
  breaker = new CircuitBreaker({ faultsToOpen: 3, firstPauseMs: 100, maxPauseMs: 300 });
});

function fail(times: number, now: number): void {
  for (let fault = 0; fault < times; fault++) breaker.recordFailure(now);
}

describe('a circuit breaker', () => {
  it('lets calls go until so many failed in a row', () => {
    fail(2, 0);
    expect([breaker.tryBegin(0), breaker.isClosed]).toEqual([true, true]);
    breaker.recordSuccess();
    fail(2, 0);
    expect(breaker.tryBegin(0)).toBe(true);
    fail(1, 0);
    expect([breaker.tryBegin(0), breaker.isClosed, breaker.pausedUntil(0)]).toEqual([
      false,
      false,
      100,
    ]);
  });

  it('lets one call go to see when the pause is over', () => {
    fail(3, 0);
    expect([breaker.tryBegin(99), breaker.tryBegin(100), breaker.tryBegin(100)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('closes when that call succeeds', () => {
    fail(3, 0);
    breaker.tryBegin(100);
    breaker.recordSuccess();
    expect([breaker.isPristine, breaker.tryBegin(100), breaker.tryBegin(100)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('stays open twice as long when it fails, within a limit', () => {
    fail(3, 0);
    const pauses = [];
    for (let now = 100, round = 0; round < 4; round++) {
      breaker.tryBegin(now);
      breaker.recordFailure(now);
      const until = breaker.pausedUntil(now) ?? 0;
      pauses.push(until - now);
      now = until;
    }
    expect(pauses).toEqual([200, 300, 300, 300]);
  });

  it('learns nothing from calls that began before it opened', () => {
    fail(3, 0);
    fail(5, 50);
    expect(breaker.pausedUntil(50)).toBe(100);
  });

  it('lets another go to see when the one was given up', () => {
    fail(3, 0);
    breaker.tryBegin(100);
    breaker.recordAbandoned();
    expect(breaker.tryBegin(100)).toBe(true);
  });
});
