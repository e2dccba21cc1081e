import { expect, test } from 'vitest';
import { PacketRows } from '../../../src/core/packet/packet-rows.ts';
import { type PacketRow, packet as table } from '../../../src/core/record/tables/packet.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { dissectFrame, hex } from '../../support/wire.ts';

const SYN = tcpFrame({ srcPort: 50_000, dstPort: 9999, flags: 2, seq: 100 });
const DATA = udpFrame({ srcPort: 4000, dstPort: 9 }, [1, 2, 3]);
const ETH0 = { name: 'eth0', linkType: 1, snapLength: 0, nanoseconds: false };

interface Timed {
  readonly bytes: Uint8Array;
  readonly linkType?: number;
  readonly length?: number;
  readonly at?: readonly [seconds: number, nanoseconds: number];
}

/** The rows of frames, and for each the same record field by field. */
function rowsOf(frames: readonly Timed[], comment: string | null = null): { whole: PacketRow[]; single: object[] } {
  const rows = new PacketRows();
  rows.source = { interfaces: [ETH0], comment };
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const whole: PacketRow[] = [];
  const single: object[] = [];
  for (const { bytes, linkType = 1, length = bytes.length, at: [seconds, nanoseconds] = [0, 0] } of frames) {
    dissectFrame(bytes, linkType, dissector, { packet, length, seconds, nanoseconds });
    rows.see(packet);
    whole.push(rows.row(packet));
    single.push(rows.fields(packet, Object.keys(table.fields)));
  }
  return { whole, single };
}

test('the record of a TCP segment has all its fields', () => {
  expect(rowsOf([{ bytes: SYN, at: [1_700_000_000, 1] }], 'look').whole).toEqual([
    {
      number: 1,
      time: '2023-11-14T22:13:20.000000001Z',
      rel_s: 0,
      iface: 'eth0',
      link: 'ETHERNET',
      length: 54,
      captured: 54,
      src: '10.0.0.1',
      src_port: 50_000,
      dst: '10.0.0.2',
      dst_port: 9999,
      proto: 'TCP',
      layers: ['eth', 'ip', 'tcp'],
      info: '50000 → 9999 [SYN] Seq=0 Win=65535 Len=0',
      stream: 0,
      severity: 'chat',
      expert: ['tcp.connection.syn'],
      pid: null,
      process: null,
      delta_s: null,
      transport: 'tcp',
      tcp_flags: 'SYN',
      payload_bytes: 0,
      truncated: false,
      malformed: false,
      comment: 'look',
      src_host: null,
      dst_host: null,
    },
  ]);
});

test('without a transport there are no ports, no stream and no payload', () => {
  const arp = hex('ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002');
  expect(rowsOf([{ bytes: arp }]).whole[0]).toMatchObject({
    src: '02:00:00:00:00:01',
    dst: 'ff:ff:ff:ff:ff:ff',
    proto: 'ARP',
    src_port: null,
    dst_port: null,
    stream: null,
    transport: null,
    tcp_flags: null,
    payload_bytes: null,
  });
});

test('a frame of which nothing is known', () => {
  expect(rowsOf([{ bytes: hex('0102'), linkType: 300, length: 9 }]).whole[0]).toMatchObject({
    link: 'LINKTYPE 300',
    length: 9,
    captured: 2,
    src: null,
    dst: null,
    layers: [],
  });
});

test('times count from the first packet that has one, and from the packet before, backwards too', () => {
  const { whole } = rowsOf([
    { bytes: DATA, at: [Number.NaN, 0] },
    { bytes: DATA, at: [10, 500_000_000] },
    { bytes: DATA, at: [11, 250_000_001] },
    { bytes: DATA, at: [10, 0] },
    { bytes: DATA, at: [Number.NaN, 0] },
  ]);
  expect(whole.map(({ rel_s, delta_s }) => [rel_s, delta_s])).toEqual([
    [null, null],
    [0, null],
    [0.750000001, 0.750000001],
    [-0.5, -1.250000001],
    [null, null],
  ]);
  expect(whole[0]!.time).toBeNull();
});

test('field by field it is the same record', () => {
  const { whole, single } = rowsOf([
    { bytes: SYN, at: [1, 0] },
    { bytes: DATA, at: [2, 0] },
    { bytes: SYN.slice(0, 20), length: 54, at: [3, 0] },
    { bytes: hex('00'), linkType: 300 },
  ]);
  expect(single).toEqual(whole);
  expect(Object.keys(whole[0]!)).toEqual(Object.keys(table.fields));
});

test('a cut frame is truncated, not malformed', () => {
  const [row] = rowsOf([{ bytes: SYN.slice(0, 40), length: SYN.length }]).whole;
  expect(row).toMatchObject({ truncated: true, malformed: false, length: 54, captured: 40 });
});

test('a comment has at most 4 KiB', () => {
  const rows = new PacketRows();
  rows.source = { interfaces: [], comment: 'c'.repeat(60_000) };
  expect(rows.row(dissectFrame(SYN)).comment).toBe(`${'c'.repeat(4096)}…`);
  expect(rows.fields(dissectFrame(SYN), ['comment'])).toEqual({ comment: `${'c'.repeat(4096)}…` });
});
