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
});
