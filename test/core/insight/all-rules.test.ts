import path from 'node:path';
import { expect, test } from 'vitest';
import { RULES } from '../../../src/core/insight/all-rules.ts';
import { insightsOf } from '../../support/insights.ts';
import { attempts, type End, host } from '../../support/tcp-attempts.ts';
import { resending } from '../../support/tcp-transfer.ts';

const LOOPBACK = path.join(import.meta.dirname, '../../captures/loopback.pcap');
const ENDS: readonly End[] = ['complete', 'refused', 'unanswered', 'half-open', 'one-way'];
/** A little of everything that goes wrong. */
const MIXED = [
  ...attempts(50, (index) => ({
    at: 7 * index,
    clientPort: 1024 + index,
    server: host(2 + (index % 3)),
    port: 80 + (index % 4),
    ends: ENDS[index % 5]!,
  })),
  ...resending(80, 10, 'captured twice'),
];
const allAt = (value: string): string[] =>
  RULES.flatMap(({ name, thresholds }) => Object.keys(thresholds).map((key) => `${name}.${key}=${value}`));

test('each rule has a name of its own, and thresholds that are written down', () => {
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
  for (const { name, about, explanation, advice, thresholds } of RULES) {
    expect(name).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
    expect(about).toMatch(/[^.]$/);
    for (const text of [explanation, advice, ...Object.values(thresholds).map(({ doc }) => doc)]) {
      expect(text).toMatch(/\.$/);
    }
  }
});

test('no threshold makes a rule fail, and what is found then is short enough to read', async () => {
  for (const input of [LOOPBACK, MIXED]) {
    for (const value of ['0', '1', '1000000000']) {
      const rows = await insightsOf(input, allAt(value));
      if (value !== '1000000000') expect(rows.length).toBeGreaterThan(0);
      for (const { summary } of rows) expect(summary.length).toBeLessThanOrEqual(200);
    }
  }
});

test('a capture of ordinary traffic shows nothing', async () => {
  expect(await insightsOf(LOOPBACK)).toEqual([]);
});
