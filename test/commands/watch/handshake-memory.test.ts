import { expect, test } from 'vitest';
import { HandshakeMemory } from '../../../src/commands/watch/live/handshake-memory.ts';
import { type HandshakeHistogramRow, type HandshakeRow, handshake } from '../../../src/core/record/tables/handshake.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';

const row = (stream: number, total_ms: number | null, outcome: HandshakeRow['outcome']): HandshakeRow => ({
  ...unknownRow(handshake),
  time: '2026-01-02T03:04:05.000000Z',
  stream,
  total_ms,
  outcome,
});
const of = (memory: HandshakeMemory, rows: readonly HandshakeRow[]) => {
  const all = [...memory.histogram(rows).rows] as unknown as HandshakeHistogramRow[];
  return (bucket: string) => all.find((one) => one.bucket === bucket)!;
};

test('handshakes of connections that are over stay in the histogram', () => {
  const memory = new HandshakeMemory();
  of(memory, [row(1, 0.5, 'complete'), row(2, null, 'incomplete'), row(3, 7, 'complete')]);
  // the first and the third are over; the second went on
  const bucket = of(memory, [row(2, 60, 'complete'), row(4, 3, 'refused')]);
  expect([bucket('<1ms').count, bucket('5-10ms').count, bucket('50-100ms').count]).toEqual([1, 1, 1]);
  expect(bucket('1-5ms').count).toBe(0);
  expect(bucket('all')).toMatchObject({ count: 3, refused: 1, incomplete: 0, min_ms: 0.5, max_ms: 60, median_ms: 7 });
});

test('what is remembered is bounded', () => {
  const memory = new HandshakeMemory();
  for (let at = 0; at < 12; at++) {
    const rows = Array.from({ length: 1000 }, (_, index) => row(at * 1000 + index, 1, 'complete'));
    const { count } = of(memory, rows)('all');
    expect(count).toBe(Math.min(10_000, (at + 1) * 1000));
  }
});
