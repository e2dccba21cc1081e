import { describe, expect, test } from 'vitest';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import { openConnections } from '../../../src/core/socket/connections.ts';
import { type CoverageInput, measureCoverage } from '../../../src/core/socket/coverage.ts';
import { CURL, readingOf, socketOf } from '../../support/fake-platform.ts';

test('sums reconcile', () => {
  const engine = openConnections(() => null, false);
  const sockets = (extra: number) => [
    socketOf({ key: 1, rx_bytes: 1000 + extra }),
    socketOf({ key: 2, inode: null, rx_bytes: 500 + extra, tx_bytes: 0 }),
    socketOf({ key: 3, local_addr: '127.0.0.1', remote_addr: '127.0.0.1', rx_bytes: extra }),
    socketOf({ key: 4, remote_addr: '192.0.2.10', rx_bytes: extra }),
  ];
  for (const [second, extra] of [0, 4000].entries()) {
    const reading = {
      ...readingOf(sockets(extra)),
      ownerOf: (socket: { inode: number | null }) =>
        socket.inode === null
          ? { processes: [], attribution: 'none kernel' as const }
          : { processes: [CURL], attribution: 'proc_fd exact' as const },
    };
    engine.ingest(reading, { time: 'now', monotonicMs: second * 2000 });
  }
  const row = measureCoverage({
    time: 'now',
    rows: engine.rows(),
    localAddresses: new Set(['192.0.2.10']),
    interfaceBytes: 10_000,
    intervalMs: 2000,
    droppedByReader: 0,
    packets: null,
  });
  expect(row).toMatchObject({
    sockets: 4,
    attributed: 3,
    unattributed_kernel: 1,
    unattributed_denied: 0,
    unattributed_unseen: 0,
  });
  expect(row).toMatchObject({ attributed_bytes: 4000, unattributed_bytes: 4000, unaccounted_bytes: 2000 });
  expect(row.attributed + row.unattributed_kernel + row.unattributed_denied + row.unattributed_unseen).toBe(
    row.sockets,
  );
  expect(row.attributed_bytes! + row.unattributed_bytes! + row.unaccounted_bytes!).toBe(row.interface_bytes);
});

test('one sample knows no bytes', () => {
  expect(
    measureCoverage({
      time: 'now',
      rows: [],
      localAddresses: new Set(),
      interfaceBytes: null,
      intervalMs: null,
      droppedByReader: 3,
      packets: null,
    }),
  ).toMatchObject({
    sockets: 0,
    interface_bytes: null,
    attributed_bytes: null,
    unaccounted_bytes: null,
    dropped_by_reader: 3,
  });
});

describe('each row counts where it belongs', () => {
  const rowOf = (changes: Partial<ConnRow>) =>
    ({ attribution: 'proc_fd exact', remote_addr: '198.51.100.7', rx_rate: 10, tx_rate: 1, ...changes }) as ConnRow;
  const measure = (rows: readonly ConnRow[], changes: Partial<CoverageInput> = {}) =>
    measureCoverage({
      time: 'now',
      rows,
      localAddresses: new Set(['192.0.2.10']),
      interfaceBytes: 100,
      intervalMs: 2000.4,
      droppedByReader: 5,
      packets: { captured: 7, dropped: 8 },
      ...changes,
    });

  test('the whole row', () => {
    expect(measure([rowOf({}), rowOf({ attribution: 'none denied' }), rowOf({ attribution: 'none capture' })])).toEqual(
      {
        time: 'now',
        sockets: 3,
        attributed: 1,
        unattributed_kernel: 0,
        unattributed_denied: 1,
        unattributed_unseen: 1,
        interface_bytes: 100,
        attributed_bytes: 22,
        unattributed_bytes: 44,
        unaccounted_bytes: 34,
        interval_ms: 2000,
        captured: 7,
        dropped_by_kernel: 8,
        dropped_by_reader: 5,
      },
    );
  });

  test.each<[string, Partial<ConnRow>, number]>([
    ['to another machine', {}, 22],
    ['from itself alone', { rx_rate: null }, 2],
    ['to itself alone', { tx_rate: null }, 20],
    ['neither is known', { rx_rate: null, tx_rate: null }, 0],
    ['without a peer', { remote_addr: null }, 0],
    ['over loopback', { remote_addr: '127.9.9.9' }, 0],
    ['over loopback of IPv6', { remote_addr: '::1' }, 0],
    ['to an address of its own', { remote_addr: '192.0.2.10' }, 0],
    ['to one that is like loopback', { remote_addr: '12.7.0.1' }, 22],
  ])('bytes: %s', (_what, changes, expected) => {
    expect(measure([rowOf(changes)]).attributed_bytes).toBe(expected);
    const other = measure([rowOf({ ...changes, attribution: 'none kernel' })]);
    expect([other.attributed_bytes, other.unattributed_bytes, other.unaccounted_bytes]).toEqual([
      0,
      expected,
      100 - expected,
    ]);
  });

  test.each<[Partial<CoverageInput>, (number | null)[]]>([
    [{ interfaceBytes: null }, [null, null, null, null, 2000]],
    [{ intervalMs: null }, [100, null, null, null, null]],
    [{}, [100, 22, 0, 78, 2000]],
  ])('with %j', (changes, expected) => {
    const row = measure([rowOf({})], changes);
    const { interface_bytes, attributed_bytes, unattributed_bytes, unaccounted_bytes, interval_ms } = row;
    expect([interface_bytes, attributed_bytes, unattributed_bytes, unaccounted_bytes, interval_ms]).toEqual(expected);
  });

  test('packets that nobody captures are unknown', () => {
    expect(measure([], { packets: null })).toMatchObject({ captured: null, dropped_by_kernel: null });
  });
});
