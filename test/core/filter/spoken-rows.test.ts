import { expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { compileSpokenRows } from '../../../src/core/filter/spoken-rows.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';

const ROWS = [
  { local_port: 22, state: 'LISTEN', rtt_ms: null },
  { local_port: 5432, state: 'LISTEN', rtt_ms: null },
  { local_port: 5432, state: 'ESTABLISHED', rtt_ms: 2 },
  { local_port: 9, state: 'CLOSE_WAIT', rtt_ms: 7 },
];
const NONE: readonly number[] = [];
const ALL = [0, 1, 2, 3];

test.each<[string, readonly number[]]>([
  ['any(local_port == 5432)', [1, 2]],
  ['any(state == LISTEN and local_port == 5432)', [1]],
  ['count(state == LISTEN) >= 2', [0, 1]],
  ['count(local_port == 1) == 0', NONE],
  ['count() > 1', ALL],
  ['count(*) > 1', ALL],
  ['any(local_port == 22) or any(local_port == 9)', [0, 3]],
  ['any(local_port == 22) and not any(local_port == 9)', [0, 3]],
  ['avg(rtt_ms) < 5', ALL],
  ['max(rtt_ms, state == ESTABLISHED) < 5', [2]],
  ['all(local_port > 1)', ALL],
  ['none(state == CLOSE_WAIT)', NONE],
  ['none(state == CLOSE_WAIT) and any(local_port == 22)', [0]],
  // unknown is no match
  ['any(rtt_ms > 5)', [3]],
  ['any(not rtt_ms > 5)', [2]],
])('%s', (source, spoken) => {
  const speaksOf = compileSpokenRows(source, conn, () => 0);
  expect(ROWS.flatMap((row, at) => (speaksOf(row) ? [at] : []))).toEqual(spoken);
});

test('a field that there is not is refused', () => {
  expect(() => compileSpokenRows('any(nosuch == 1)', conn, () => 0)).toThrow(Failure);
});
