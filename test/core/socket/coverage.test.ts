import { expect, test } from 'vitest';
import { openConnections } from '../../../src/core/socket/connections.ts';
import { measureCoverage } from '../../../src/core/socket/coverage.ts';
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
