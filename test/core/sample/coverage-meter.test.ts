import { expect, test } from 'vitest';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import { openCoverageMeter } from '../../../src/core/sample/coverage-meter.ts';
import { fakePlatform, interfaceOf } from '../../support/fake-platform.ts';

const at = (monotonicMs: number) => ({ time: `at ${monotonicMs}`, monotonicMs });
const conn = (remote_addr: string) =>
  ({ attribution: 'proc_fd exact', remote_addr, rx_rate: 10, tx_rate: 1 }) as ConnRow;
const ROWS = ['198.51.100.7', 'fd00::1', '10.0.0.1'].map(conn);

/** What the interfaces have moved at each reading; loopback moves as well, and one has no counters. */
const interfacesAt = (...moved: readonly number[]) =>
  moved.map((bytes) => [
    interfaceOf({ ipv4: ['10.0.0.1/24'], ipv6: ['fd00::1/64'], rx_bytes: bytes, tx_bytes: 2 * bytes }),
    interfaceOf({ name: 'wg0', kind: 'other', ipv4: [], rx_bytes: null, tx_bytes: 5 }),
    interfaceOf({ name: 'tun0', kind: 'other', ipv4: [], rx_bytes: 7, tx_bytes: null }),
    interfaceOf({ name: 'lo', kind: 'loopback', ipv4: [], rx_bytes: 1000 * bytes, tx_bytes: 1000 * bytes }),
  ]);

test('from before the first sample of a pair to after its second', async () => {
  const meter = openCoverageMeter(fakePlatform([], interfacesAt(100, 150, 200, 260, 300, 410)));
  await meter.beforeSample(at(1000));
  expect(await meter.row(ROWS, 4, null)).toMatchObject({
    time: 'at 1000',
    sockets: 3,
    interface_bytes: null,
    attributed_bytes: null,
    interval_ms: null,
    captured: null,
    dropped_by_reader: 4,
  });
  await meter.beforeSample(at(3000));
  // 100 before the first sample, 260 after the second; what goes to ourselves passes no interface
  expect(await meter.row(ROWS, 0, { captured: 8, dropped: 9 })).toMatchObject({
    time: 'at 3000',
    interface_bytes: 3 * 160,
    attributed_bytes: 22,
    unattributed_bytes: 0,
    unaccounted_bytes: 480 - 22,
    interval_ms: 2000,
    captured: 8,
    dropped_by_kernel: 9,
    dropped_by_reader: 0,
  });
  await meter.beforeSample(at(3500));
  expect(await meter.row(ROWS, 0, null)).toMatchObject({ interface_bytes: 3 * 210, interval_ms: 500 });
});

test('without a sample there is no time', async () => {
  const meter = openCoverageMeter(fakePlatform([], interfacesAt(100)));
  expect(await meter.row([], 0, null)).toMatchObject({ time: '', sockets: 0, interval_ms: null });
});
