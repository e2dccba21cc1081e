import { expect, test } from 'vitest';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import type { ProcessTrafficRow } from '../../../src/core/record/tables/process-traffic.ts';
import { openProcesses } from '../../../src/core/stats/processes.ts';
import {
  INWARD,
  OUTWARD,
  pktapInterface,
  processDirection,
  processId,
  processName,
} from '../../../src/core/wire/pktap.ts';
import { udpFrame } from '../../support/frames.ts';
import { dissectFrame } from '../../support/wire.ts';

const PKTAP = 258;

/** After struct pktap_header of Apple's bsd/net/pktap.h. */
function frame(pid: number, name: string, flags: number): Uint8Array {
  const header = Buffer.alloc(108);
  header.writeUInt32LE(108, 0);
  header.writeUInt32LE(1, 4); // a packet
  header.writeUInt32LE(1, 8); // Ethernet
  header.write('en0', 12);
  header.writeUInt32LE(flags, 36);
  header.writeInt32LE(pid, 52);
  header.write(name, 56);
  return Buffer.concat([header, udpFrame({ srcPort: 1, dstPort: 2 }, [0])]);
}

test('the process, the interface and the direction are read', () => {
  const packet = dissectFrame(frame(512, 'curl', OUTWARD), PKTAP);
  expect(processId(packet)).toBe(512);
  expect(processName(packet)).toBe('curl');
  expect(pktapInterface(packet)).toBe('en0');
  expect(processDirection(packet)).toBe(OUTWARD);
});

test('what is not said, cut short or not there is unknown', () => {
  const unsaid = dissectFrame(frame(-1, '', 0), PKTAP);
  expect([processId(unsaid), processName(unsaid), processDirection(unsaid)]).toEqual([-1, null, 0]);
  const whole = frame(512, 'curl', INWARD);
  for (let length = 0; length < 108; length++) {
    expect(processId(dissectFrame(whole.subarray(0, length), PKTAP))).toBe(-1);
  }
  expect(processId(dissectFrame(udpFrame({ srcPort: 1, dstPort: 2 }, [0]), 1))).toBe(-1);
});

test('packets are added up by process', () => {
  const statistic = openProcesses({ bucketMs: 1000, owners: new PktapOwners() });
  for (const [pid, name, flags] of [
    [7, 'curl', OUTWARD],
    [7, 'curl', INWARD],
    [8, 'dig', OUTWARD],
    [-1, '', INWARD],
  ] as const) {
    statistic.ingest!(dissectFrame(frame(pid, name, flags), PKTAP));
  }
  const rows = [...statistic.sections({} as never)[0]!.rows] as ProcessTrafficRow[];
  expect(
    rows.map(({ process, pid, packets, tx_packets, rx_packets }) => [process, pid, packets, tx_packets, rx_packets]),
  ).toEqual([
    ['curl', 7, 2, 1, 1],
    ['dig', 8, 1, 1, 0],
    [null, null, 1, null, null],
  ]);
});
