import { expect, test } from 'vitest';
import type { CaptureReader } from '../../../src/core/capture/capture-reader.ts';
import { FlowOwners } from '../../../src/core/connection/flow-owners.ts';
import { OPENERS } from '../../../src/core/stats/all.ts';
import { SocketTrace } from '../../../src/core/trace/socket-trace.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { tcpFrame } from '../../support/frames.ts';
import { dissectFrame } from '../../support/wire.ts';

const US = '10.0.0.1';
const THEM = '10.0.0.2';

/** Three packets from us and two back, counted before anybody's owner is known. */
function counted() {
  const trace = new SocketTrace(false);
  const owners = new FlowOwners(trace);
  owners.setAddresses([US, THEM]);
  const statistic = OPENERS.processes({ bucketMs: 1000, owners });
  const dissector = new Dissector(REGISTRY);
  const forth = tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 });
  const back = tcpFrame({ from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 80, dstPort: 40_000, flags: 18 });
  const ingest = (...frames: readonly Uint8Array[]): void => {
    for (const frame of frames) statistic.ingest!(dissectFrame(frame, 1, dissector));
  };
  ingest(forth, back, forth, back, forth);
  const learn = (pid: number, local: string, port: number, remote: string, remotePort: number): void => {
    trace.ingest({
      kind: 'moved',
      at: pid,
      sock: `${pid}`,
      inode: pid,
      proto: 'tcp',
      process: { pid, uid: 0, name: `p${pid}`, comm: '' },
      family: 'ipv4',
      local_addr: local,
      local_port: port,
      remote_addr: remote,
      remote_port: remotePort,
    });
    owners.lookAgain();
  };
  const rows = () => {
    const reader = {} as CaptureReader;
    const [section] = statistic.sections({ dissector, reader, file: null });
    return [...section!.rows].map((row) => {
      const { pid, packets, tx_packets, rx_packets } = row as Record<string, number | null>;
      return { pid, packets, tx_packets, rx_packets };
    });
  };
  return { ingest, learn, rows, forth };
}

const CLIENT = { pid: 1, packets: 5, tx_packets: 3, rx_packets: 2 };
const SERVER = { pid: 2, packets: 5, tx_packets: 2, rx_packets: 3 };

test('packets of nobody are of those who become known later, each side at its own time', () => {
  const { learn, rows } = counted();
  expect(rows()).toEqual([{ pid: null, packets: 5, tx_packets: null, rx_packets: null }]);
  learn(1, US, 40_000, THEM, 80);
  expect(rows()).toEqual([CLIENT]);
  expect(rows()).toEqual([CLIENT]);
  learn(2, THEM, 80, US, 40_000);
  expect(rows()).toEqual([CLIENT, SERVER]);
});

test('and both at once, with packets that come after', () => {
  const { learn, rows, ingest, forth } = counted();
  learn(2, THEM, 80, US, 40_000);
  learn(1, US, 40_000, THEM, 80);
  ingest(forth);
  expect(rows()).toEqual([
    { pid: 1, packets: 6, tx_packets: 4, rx_packets: 2 },
    { pid: 2, packets: 6, tx_packets: 2, rx_packets: 4 },
  ]);
});
