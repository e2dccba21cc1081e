import { expect, test } from 'vitest';
import { HISTORY, RoundHistory } from '../../../src/core/health/round-history.ts';

test('the last sixty rounds are kept, the oldest first', () => {
  const history = new RoundHistory();
  for (let round = 0; round < 100; round++) history.ingest({ state: 'up', rtt_avg_ms: round });
  history.ingest({ state: 'down', rtt_avg_ms: null });
  expect(history.averagesMs).toHaveLength(HISTORY);
  expect([history.averagesMs[0], history.averagesMs.at(-2), history.averagesMs.at(-1)]).toEqual([41, 99, null]);
});

test('a round that tells nothing is not one without an answer', () => {
  const history = new RoundHistory();
  history.ingest({ state: 'unknown', rtt_avg_ms: null });
  history.ingest({ state: 'degraded', rtt_avg_ms: 7 });
  expect(history.averagesMs).toEqual([Number.NaN, 7]);
});
