import { describe, expect, test } from 'vitest';
import { TargetHealth } from '../../../src/core/health/target-health.ts';
import type { ProbeState } from '../../../src/core/record/tables/probe.ts';

const MINUTE = 60_000;

describe('how a target does', () => {
  test('an hour of a flapping link, to the second', () => {
    const health = new TargetHealth();
    // a round each 10 s; down for 70 s out of each 10 minutes
    for (let at = 0; at < 60 * MINUTE; at += 10_000) {
      const isDown = at % (10 * MINUTE) >= 5 * MINUTE && at % (10 * MINUTE) < 5 * MINUTE + 70_000;
      health.ingest(isDown ? 'down' : 'up', at);
    }
    const { state, since, uptimePct, outages, outageS } = health.standing(60 * MINUTE);
    expect({ state, since, outages, outageS }).toEqual({
      state: 'up',
      since: 55 * MINUTE + 70_000,
      outages: 6,
      outageS: 420,
    });
    expect(uptimePct).toBeCloseTo(100 * (1 - 420 / 3600), 9);
    expect(health.lastOutages).toHaveLength(6);
    expect(health.lastOutages[0]).toEqual({ from: 5 * MINUTE, to: 5 * MINUTE + 70_000 });
  });

  test('time in which it is unknown counts neither way', () => {
    const health = new TargetHealth();
    const rounds: readonly (readonly [ProbeState, number])[] = [
      ['up', 0],
      ['unknown', 10],
      ['down', 20],
      ['degraded', 30],
    ];
    for (const [state, seconds] of rounds) health.ingest(state, seconds * 1000);
    expect(health.standing(40_000)).toMatchObject({ state: 'degraded', since: 30_000, outages: 1, outageS: 10 });
    expect(health.standing(40_000).uptimePct).toBeCloseTo((100 * 20) / 30, 9);
  });

  test('an outage lasts while it does', () => {
    const health = new TargetHealth();
    health.ingest('down', 1000);
    expect(health.standing(1000)).toMatchObject({ uptimePct: 0, outageS: 0, outages: 1 });
    expect(health.standing(4000)).toMatchObject({ uptimePct: 0, outageS: 3 });
    health.ingest('down', 6000);
    expect(health.standing(8000)).toMatchObject({ outages: 1, outageS: 7, since: 1000 });
    expect(health.lastOutages).toEqual([{ from: 1000, to: null }]);
  });

  test('before anything is known, nothing is', () => {
    expect(new TargetHealth().standing(5000)).toEqual({
      state: 'unknown',
      since: 0,
      uptimePct: null,
      outages: 0,
      outageS: 0,
    });
  });

  test('one that has just begun and answers is up, and a clock that stands adds nothing', () => {
    const health = new TargetHealth();
    health.ingest('degraded', 5000);
    expect(health.standing(5000)).toMatchObject({ state: 'degraded', since: 5000, uptimePct: 100, outageS: 0 });
    health.ingest('up', 6000);
    // what came late does not count its time twice
    expect(health.standing(5500)).toMatchObject({ state: 'up', since: 6000, uptimePct: 100 });
    health.ingest('down', 6000);
    expect(health.standing(7000)).toMatchObject({ uptimePct: 50, outageS: 1 });
  });

  test('the last thousand outages are kept, the newest with its end', () => {
    const health = new TargetHealth();
    for (let n = 0; n < 1001; n++) {
      health.ingest('down', 2 * n);
      health.ingest('up', 2 * n + 1);
    }
    expect([health.lastOutages.length, health.lastOutages[0], health.lastOutages.at(-1)]).toEqual([
      1000,
      { from: 2, to: 3 },
      { from: 2000, to: 2001 },
    ]);
    expect(health.standing(2001)).toMatchObject({ outages: 1001, outageS: 1.001 });
  });
});
