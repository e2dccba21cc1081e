import { expect, test } from 'vitest';
import type { ConnEventRow } from '../../../src/core/record/tables/conn-event.ts';
import type { HistoryKey } from '../../../src/core/record/tables/conn-history.ts';
import { ConnHistory } from '../../../src/core/socket/conn-history.ts';
import { expectRecord } from '../../support/record-schema.ts';

const event = (facts: Partial<ConnEventRow>): ConnEventRow =>
  ({
    event: 'opened',
    time: '2026-01-02T03:30:00.000Z',
    process: 'curl',
    remote_addr: '192.0.2.7',
    rx_bytes: null,
    tx_bytes: null,
    retrans: null,
    ...facts,
  }) as ConnEventRow;
const DAY: readonly ConnEventRow[] = [
  event({}),
  event({ event: 'changed', time: '2026-01-02T03:30:01Z', rx_bytes: 5 }),
  event({ event: 'closed', time: '2026-01-02T04:00:00Z', rx_bytes: 100, tx_bytes: 10, retrans: 2 }),
  event({ time: '2026-01-02T03:59:59.999Z', remote_addr: '192.0.2.8' }),
  event({ event: 'closed', time: '2026-01-02T05:00:00Z', remote_addr: '192.0.2.8', rx_bytes: 7 }),
  event({ process: 'sshd', remote_addr: null }),
  event({ process: null, time: '2026-01-02T03:10:00Z' }),
];

function summed(by: HistoryKey, since: string | null = null, rows = DAY) {
  const history = new ConnHistory(by, since === null ? null : Date.parse(since));
  for (const row of rows) history.ingest(row);
  for (const row of history.rows()) expectRecord({ type: 'conn_history', ...row });
  return history.rows();
}

test('by process: those that opened most first, bytes of what closed, remotes once each', () => {
  expect(summed('process')).toEqual([
    {
      time: '2026-01-02T03:30:00.000Z',
      by: 'process',
      key: 'curl',
      opened: 2,
      closed: 2,
      rx_bytes: 107,
      tx_bytes: 10,
      processes: 1,
      remotes: 2,
      retrans: 2,
      until: '2026-01-02T05:00:00.000Z',
    },
    expect.objectContaining({ key: 'sshd', opened: 1, closed: 0, rx_bytes: null, remotes: 0 }),
    expect.objectContaining({ key: null, opened: 1, processes: 0, remotes: 1 }),
  ]);
});

test('by remote and by hour, in their order', () => {
  expect(summed('remote').map(({ key, opened, processes }) => [key, opened, processes])).toEqual([
    ['192.0.2.7', 2, 1],
    ['192.0.2.8', 1, 1],
    [null, 1, 1],
  ]);
  expect(
    summed('hour', null, DAY.toReversed()).map(({ key, time, opened, closed }) => [key === time, time, opened, closed]),
  ).toEqual([
    [true, '2026-01-02T03:00:00.000Z', 4, 0],
    [true, '2026-01-02T04:00:00.000Z', 0, 1],
    [true, '2026-01-02T05:00:00.000Z', 0, 1],
  ]);
});

test('what was before since counts for nothing, nor what has no time', () => {
  expect(summed('process', '2026-01-02T04:30:00Z')).toMatchObject([{ key: 'curl', opened: 0, closed: 1, rx_bytes: 7 }]);
  expect(summed('process', null, [event({ time: 'noon' })])).toEqual([]);
});

test('groups and names beyond the limits are counted, not kept', () => {
  const history = new ConnHistory('remote', null);
  for (let n = 0; n < 100_010; n++) history.ingest(event({ remote_addr: `r${n}` }));
  history.ingest(event({ remote_addr: 'r5' }));
  expect([history.rows().length, history.left, history.rows()[0]]).toMatchObject([
    100_000,
    10,
    { key: 'r5', opened: 2 },
  ]);
  const names = new ConnHistory('process', null);
  for (let n = 0; n < 1_000_010; n++) names.ingest(event({ remote_addr: `r${n}` }));
  expect(names.rows()).toMatchObject([{ opened: 1_000_010, remotes: null, processes: 1 }]);
});
