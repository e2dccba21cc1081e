import { describe, expect, test } from 'vitest';
import type { TunnelFlowRow } from '../../../src/core/record/tables/tunnel-flow.ts';
import { ascii, ethernet, ipv4, ipv6, type Octets, octets, tcp, u16, udp } from '../../support/headers.ts';
import { runStatistic } from '../../support/run-statistic.ts';

const INSIDE = { from: [192, 168, 0, 1], to: [192, 168, 0, 2] };
const BACK = { from: INSIDE.to, to: INSIDE.from };
const HERE = { from: [10, 0, 0, 1], to: [10, 0, 0, 2] };
const THERE = { from: HERE.to, to: HERE.from };
const DATAGRAM = ipv4(17, udp(40_000, 40_001, ascii('hello')), INSIDE);
const ANSWER = ipv4(17, udp(40_001, 40_000, ascii('hello')), BACK);
const ECHO = ipv4(1, octets('0800 f7ff 0000 0000'), INSIDE);
const inFrame = (packet: Octets): number[] => ethernet(0x0800, packet);

/** What carries a packet between the two ends. */
type Wrap = (packet: Octets, ends: { readonly from: number[]; readonly to: number[] }) => number[];
const onUdp =
  (port: number, wrap: (packet: Octets) => number[]): Wrap =>
  (packet, ends) =>
    ipv4(17, udp(50_000, port, wrap(packet)), ends);
const gtp = (packet: Octets): number[] => [0x30, 255, ...u16(packet.length), 0, 0, 0, 1, ...packet];
const vxlan = (packet: Octets): number[] => [...octets('08000000 00000700'), ...inFrame(packet)];

const TUNNELS: readonly [kind: string, port: number | null, wrap: Wrap][] = [
  ['vxlan', 4789, onUdp(4789, vxlan)],
  ['geneve', 6081, onUdp(6081, (packet) => [...octets('0000 6558 00000700'), ...inFrame(packet)])],
  ['gtp', 2152, onUdp(2152, gtp)],
  ['tzsp', 37_008, onUdp(37_008, (packet) => [...octets('01 00 0001 01'), ...inFrame(packet)])],
  ['gre', 4754, onUdp(4754, (packet) => [...octets('0000 0800'), ...packet])],
  ['lisp-data', 4341, onUdp(4341, (packet) => [...octets('80000000 00000001'), ...packet])],
  ['capwap.data', 5247, onUdp(5247, (packet) => [...octets('00 100200 0000 0000'), ...inFrame(packet)])],
  ['mpls', 6635, onUdp(6635, (packet) => [...octets('00010040 00010140'), ...packet])],
  ['gre', null, (packet, ends) => ipv4(47, [...octets('0000 0800'), ...packet], ends)],
  ['ip', null, (packet, ends) => ipv4(4, packet, ends)],
];

const rowsOf = (...packets: readonly Octets[]): readonly TunnelFlowRow[] =>
  runStatistic(
    'tunnels',
    packets.map((packet) => Uint8Array.from(inFrame(packet))),
  );

describe.each(TUNNELS)('%s on port %s', (kind, port, wrap) => {
  test('an inner flow has its outer flow, both ways', () => {
    const [there, back] = [wrap(DATAGRAM, HERE), wrap(ANSWER, THERE)];
    expect(rowsOf(there, back)).toEqual([
      {
        kind,
        outer_a_addr: '10.0.0.1',
        outer_b_addr: '10.0.0.2',
        outer_proto: port === null ? 'ip' : 'udp',
        outer_port: port,
        inner_proto: 'udp',
        inner_a_addr: '192.168.0.1',
        inner_a_port: 40_000,
        inner_b_addr: '192.168.0.2',
        inner_b_port: 40_001,
        inner_stream: port === null ? 0 : 1,
        packets: 2,
        bytes: there.length + back.length + 28,
        first: '2025-01-01T00:00:00.000000Z',
        last: '2025-01-01T00:00:00.001000Z',
      },
    ]);
  });

  test('what has no ports inside is counted by the ends of the tunnel', () => {
    const rows = rowsOf(
      wrap(ECHO, HERE),
      wrap(DATAGRAM, HERE),
      wrap(ECHO, THERE),
      wrap(ECHO, { ...HERE, to: [10, 9, 9, 9] }),
    );
    expect(rows.map((row) => [row.inner_proto, row.outer_b_addr, row.packets])).toEqual([
      ['udp', '10.0.0.2', 1],
      [null, '10.0.0.2', 2],
      [null, '10.9.9.9', 1],
    ]);
  });
});

test('a tunnel in a tunnel: the outer one tells the ends', () => {
  const middle = ipv4(17, udp(50_000, 2152, gtp(DATAGRAM)), { from: [172, 16, 0, 1], to: [172, 16, 0, 2] });
  expect(rowsOf(onUdp(4789, vxlan)(middle, HERE))).toMatchObject([
    { kind: 'vxlan/gtp', outer_a_addr: '10.0.0.1', outer_port: 4789, inner_a_addr: '192.168.0.1' },
  ]);
});

test('a flow that moves to another tunnel has a row for each', () => {
  const [, , gre] = TUNNELS.at(-2)!;
  expect(rowsOf(gre(DATAGRAM, HERE), gre(DATAGRAM, { ...HERE, to: [10, 9, 9, 9] }))).toMatchObject([
    { outer_b_addr: '10.0.0.2', inner_stream: 0 },
    { outer_b_addr: '10.9.9.9', inner_stream: 0 },
  ]);
});

test('a tunnel has IPv6 addresses where they are the outer ones', () => {
  const outer = Uint8Array.from(ethernet(0x86dd, ipv6(4, DATAGRAM)));
  expect(runStatistic('tunnels', [outer])).toMatchObject([
    { kind: 'ip', outer_a_addr: '2001:db8::1', outer_b_addr: '2001:db8::2', inner_a_addr: '192.168.0.1' },
  ]);
});

test('an encrypted tunnel has the flow that carries it, and nothing inside', () => {
  const data = ipv4(17, udp(50_000, 51_820, [4, 0, 0, 0, ...new Array<number>(44).fill(7)]), HERE);
  const esp = ipv4(50, new Array<number>(40).fill(7), HERE);
  expect(rowsOf(data, esp)).toMatchObject([
    { kind: 'wg', outer_proto: 'udp', outer_port: 51_820, inner_proto: null, inner_stream: null },
    { kind: 'esp', outer_proto: 'ip', outer_port: null, inner_proto: null },
  ]);
});

test('what no tunnel carries, and what an ICMP error quotes of one, is not there', () => {
  const segment = ipv4(6, tcp({}, ascii('x')), HERE);
  const error = ipv4(1, [...octets('0303 0000 00000000'), ...onUdp(4789, vxlan)(DATAGRAM, HERE)], THERE);
  expect(rowsOf(segment, DATAGRAM, error)).toEqual([]);
});

test('tunnels of a flow, and ends without flows, have a limit', () => {
  const [, , gre] = TUNNELS.at(-2)!;
  const to = (at: number) => ({ ...HERE, to: [11, at >> 16, (at >> 8) & 255, at & 255] });
  const flows = rowsOf(...Array.from({ length: 30 }, (_, at) => gre(DATAGRAM, to(at))));
  expect(flows.map(({ packets }) => packets)).toEqual([1, 1, 1, 1, 1, 1, 1, 23]);
  expect(rowsOf(...Array.from({ length: 12_000 }, (_, at) => gre(ECHO, to(at))))).toHaveLength(10_000);
});
