import { describe, expect, test } from 'vitest';
import { PacketRows } from '../../../src/core/packet/packet-rows.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { addressA } from '../../../src/core/wire/flow-text.ts';
import { ascii, ethernet, ipv4, ipv6, type Octets, octets, tcp, u16, udp } from '../../support/headers.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';
import { dissectFrame } from '../../support/wire.ts';

const UDP = udp(40_000, 40_001, ascii('hello'));
const onUdp = (port: number, payload: Octets): number[] => ethernet(0x0800, ipv4(17, udp(40_000, port, payload)));
const fromUdp = (port: number, payload: Octets): number[] => ethernet(0x0800, ipv4(17, udp(port, 40_000, payload)));

describe('flows of a tunnel', () => {
  const INSIDE = { from: [192, 168, 0, 1], to: [192, 168, 0, 2] };
  const ECHO = octets('0800 f7ff 0000 0000');
  const DATAGRAM = ipv4(17, UDP, INSIDE);
  const inFrame = (packet: Octets): number[] => ethernet(0x0800, packet);
  const TUNNELS: [name: string, port: number, wrap: (packet: Octets) => number[]][] = [
    ['VXLAN', 4789, (packet) => [...octets('08000000 00000700'), ...inFrame(packet)]],
    ['Geneve', 6081, (packet) => [...octets('0000 6558 00000700'), ...inFrame(packet)]],
    ['GTP', 2152, (packet) => [0x30, 255, ...u16(packet.length), 0, 0, 0, 1, ...packet]],
    ['TZSP', 37_008, (packet) => [...octets('01 00 0001 01'), ...inFrame(packet)]],
    ['GRE in UDP', 4754, (packet) => [...octets('0000 0800'), ...packet]],
    ['LISP', 4341, (packet) => [...octets('80000000 00000001'), ...packet]],
    ['CAPWAP', 5247, (packet) => [...octets('00 100200 0000 0000'), ...inFrame(packet)]],
    ['MPLS in UDP', 6635, (packet) => [...octets('00010140'), ...packet]],
  ];
  /** Port of each flow, its packets, bytes and payload, those of its other side. */
  const counted = (frames: readonly Octets[]): (number | string)[][] => {
    const dissector = new Dissector(REGISTRY);
    for (const bytes of frames) dissectFrame(Uint8Array.from(bytes), 1, dissector);
    return dissector.flows.flows.map((flow) => [
      ...[addressA(flow), flow.bPort, flow.aPackets, flow.aBytes, flow.aPayload, flow.bPackets],
    ]);
  };

  test.each(TUNNELS)('%s: each counts with its own addresses', (_, port, wrap) => {
    const inner = wrap(DATAGRAM);
    const there = onUdp(port, inner);
    const back = ethernet(0x0800, ipv4(17, udp(port, 40_000, inner), { from: [10, 0, 0, 2], to: [10, 0, 0, 1] }));
    expect(counted([there, there, back])).toEqual([
      ['10.0.0.1', port, 2, 2 * there.length, 2 * inner.length, 1],
      ['192.168.0.1', 40_001, 3, 2 * there.length + back.length, 3 * 5, 0],
    ]);
  });

  test.each(TUNNELS)('%s: of a packet without ports the tunnel alone counts', (_, port, wrap) => {
    const frame = onUdp(port, wrap(ipv4(1, ECHO, INSIDE)));
    expect(counted([frame])).toEqual([['10.0.0.1', port, 1, frame.length, wrap(ipv4(1, ECHO, INSIDE)).length, 0]]);
    const packet = dissectFrame(Uint8Array.from(frame));
    expect(new PacketRows().row(packet)).toMatchObject({ src: '192.168.0.1', src_port: null, dst_port: null });
  });

  test('one in another: three count', () => {
    const [, vxlanPort, vxlan] = TUNNELS[0]!;
    const [, gtpPort, gtp] = TUNNELS[2]!;
    const middle = ipv4(17, udp(40_000, gtpPort, gtp(DATAGRAM)), { from: [172, 16, 0, 1], to: [172, 16, 0, 2] });
    const frame = onUdp(vxlanPort, vxlan(middle));
    expect(counted([frame]).map(([address, port, packets]) => [address, port, packets])).toEqual([
      ['10.0.0.1', vxlanPort, 1],
      ['172.16.0.1', gtpPort, 1],
      ['192.168.0.1', 40_001, 1],
    ]);
  });

  test('TCP inside, and IPv6', () => {
    const [, port, wrap] = TUNNELS[1]!;
    const segment = ipv4(6, tcp({}, ascii('hello')), INSIDE);
    const outer = ethernet(0x86dd, ipv6(17, udp(40_000, port, wrap(segment))));
    expect(counted([outer])).toEqual([
      ['2001:db8::1', port, 1, outer.length, wrap(segment).length, 0],
      ['192.168.0.1', 9999, 1, outer.length, 5, 0],
    ]);
  });

  test('an ICMP error inside counts the tunnel, and no flow that it quotes', () => {
    const [, port, wrap] = TUNNELS[0]!;
    const error = ipv4(1, [...octets('0303 0000 00000000'), ...DATAGRAM.slice(0, 28)], INSIDE);
    const frame = onUdp(port, wrap(error));
    expect(counted([frame])).toEqual([['10.0.0.1', port, 1, frame.length, wrap(error).length, 0]]);
    const row = new PacketRows().row(dissectFrame(Uint8Array.from(frame)));
    expect([row.src, row.src_port, row.dst_port]).toEqual(['192.168.0.1', null, null]);
  });

  test('ports go with the addresses of their own packet, both ways', () => {
    const [, port, wrap] = TUNNELS[0]!;
    const dissector = new Dissector(REGISTRY);
    const row = (bytes: Octets) => new PacketRows().row(dissectFrame(Uint8Array.from(bytes), 1, dissector));
    expect(row(onUdp(port, wrap(DATAGRAM)))).toMatchObject({ src: '192.168.0.1', src_port: 40_000, dst_port: 40_001 });
    const back = ipv4(17, udp(40_001, 40_000, ascii('hi')), { from: INSIDE.to, to: INSIDE.from });
    expect(row(fromUdp(port, wrap(back)))).toMatchObject({ src: '192.168.0.2', src_port: 40_001, dst_port: 40_000 });
  });

  test.skipIf(toolIsMissing('tshark'))('tshark finds both', () => {
    const frames = TUNNELS.map(([, port, wrap]) => onUdp(port, wrap(DATAGRAM)));
    const said = tsharkFields(
      frames.map((bytes) => ({ bytes: Uint8Array.from(bytes) })),
      ['ip.src', 'udp.dstport'],
    );
    expect(said).toEqual(TUNNELS.map(([, port]) => `10.0.0.1,192.168.0.1\t${port},40001`));
  });
});
