import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './log.js';
import { Metrics } from './metrics.js';

function make(): { metrics: Metrics; errors: string[] } {
  const errors: string[] = [];
  const ignore = () => undefined;
  const log: Log = {
    ...{ debug: ignore, info: ignore, warn: ignore },
    error: (_facts, message) => void errors.push(message),
  };
  return { metrics: new Metrics(log), errors };
}

describe('a gauge', () => {
  it('is collected at each scrape; what is not told any more is gone', async () => {
    const { metrics } = make();
    let groups = ['DNIS', 'paris'];
    metrics.gauge('gms_test', 'Test', ['group'], (set) => {
      groups.forEach((group, index) => set(index + 1, group));
    });
    expect(await metrics.text()).toContain('gms_test{group="DNIS"} 1\ngms_test{group="paris"} 2');
    groups = ['rome'];
    const text = await metrics.text();
    expect(text).toContain('gms_test{group="rome"} 1');
    expect(text).not.toContain('paris');
  });

  it('that fails is left out, said once, and back when it works', async () => {
    const { metrics, errors } = make();
    let isBroken = true;
    metrics.gauge('gms_broken', 'Test', [], (set) => {
      if (isBroken) throw new Error('broken');
      set(7);
    });
    metrics.gauge('gms_whole', 'Test', [], (set) => set(1));
    for (let scrape = 0; scrape < 3; scrape++) {
      const text = await metrics.text();
      expect(text).toContain('gms_whole 1');
      expect(text).not.toMatch(/^gms_broken \d/m);
    }
    expect(errors).toHaveLength(1);
    isBroken = false;
    expect(await metrics.text()).toContain('gms_broken 7');
  });

  it('that hangs delays a scrape by two seconds, is not asked again meanwhile, and writes nothing late', async () => {
    const { metrics } = make();
    let calls = 0;
    let finish: () => void = () => undefined;
    metrics.gauge('gms_hanging', 'Test', [], async (set) => {
      calls++;
      await new Promise<void>((resolve) => (finish = resolve));
      set(5);
    });
    metrics.gauge('gms_whole', 'Test', [], (set) => set(1));
    const started = performance.now();
    const text = await metrics.text();
    expect(performance.now() - started).toBeLessThan(2500);
    expect(text).toContain('gms_whole 1');
    expect(text).not.toMatch(/^gms_hanging \d/m);
    const again = await metrics.text();
    expect(again).not.toMatch(/^gms_hanging \d/m);
    expect(calls).toBe(1);
    finish();
    await delay(10);
    const scrape = metrics.text();
    await delay(10);
    finish();
    expect(await scrape).toContain('gms_hanging 5');
    expect(calls).toBe(2);
  });
});

describe('a scrape', () => {
  it('is shared by all who ask meanwhile', async () => {
    const { metrics } = make();
    let calls = 0;
    metrics.gauge('gms_test', 'Test', [], async (set) => {
      set(++calls);
      await delay(20);
    });
    const texts = await Promise.all([metrics.text(), metrics.text(), metrics.text()]);
    expect(new Set(texts).size).toBe(1);
    expect(calls).toBe(1);
  });

  it('has counters, histograms and the process', async () => {
    const { metrics } = make();
    metrics.counter('gms_things_total', 'Test', ['kind']).labels('a').inc(3);
    metrics.histogram('gms_seconds', 'Test', [], [0.1, 1]).observe(0.5);
    const text = await metrics.text();
    expect(text).toContain('gms_things_total{kind="a"} 3');
    expect(text).toContain('gms_seconds_bucket{le="1"} 1');
    expect(text).toContain('process_cpu_seconds_total');
  });
});
