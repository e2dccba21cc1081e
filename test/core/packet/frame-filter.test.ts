import { beforeAll, expect, test } from 'vitest';
import { setupFor } from '../../../src/core/packet/filter-setup.ts';
import { FAILS, PASSES, UNKNOWN } from '../../../src/core/packet/frame-filter.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { kindOfFrame, OTHER_KIND } from '../../../src/core/wire/common-frame.ts';
import { readCommonHeaders, tunnelPorts } from '../../../src/core/wire/common-headers.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { damaged, type SampleFrame, sampleFrames, seeded } from '../../support/attack.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';

/** By bytes. */
const TOLD = [
  ...['tcp', 'udp', 'ip', 'ipv6', 'eth', 'arp', 'icmp', 'icmpv6', 'vlan', 'igmp', 'not tcp', 'not arp'],
  ...['port 443', 'port 53', 'src_port == 443', 'dst_port < 1024', 'port != 443', 'port in {53, 80, 443..445}'],
  ...['dst_port >= 1024 and udp', 'not port 443', '10.0.0.1', 'host 192.168.1.2', 'net 10.0.0.0/8', 'net fe80::/10'],
  ...['src == 10.0.0.0/8', 'dst != 10.0.0.0/8', 'addr == ::/0', 'addr == 0.0.0.0/0', 'ip.src == 10.0.0.1'],
  ...[
    'ip.addr != 10.0.0.1',
    'ipv6.dst == ff02::/16',
    'TCP and (port 80 or port 443)',
    'udp and not (port 53 or net 10.0.0.0/8)',
  ],
  ...['icmp or icmpv6 or tcp', 'ip and ipv6', 'not (tcp or udp)', 'net 0.0.0.0/1 and port 80'],
];
/** By what is dissected alone. */
const NOT_TOLD = [
  ...['dns', 'tls', 'stream 3', 'length > 100', 'tcp.flags.syn', 'tcp.port == 443', 'ip.ttl < 10', '"text"', 'port'],
  ...['addr', 'src in {10.0.0.0/8}', 'port == null', 'tcp and dns', 'proto == tcp', 'tcp.analysis.flags', 'sctp'],
];
const TUNNELS = tunnelPorts(REGISTRY);

let frames: readonly SampleFrame[] = [];
beforeAll(async () => {
  frames = await sampleFrames();
});

function begun({ bytes, linkType }: SampleFrame, cut = 0): Packet {
  const packet = new Packet();
  packet.begin(bytes, 0, bytes.length, bytes.length + cut, 1, 2, 0, linkType);
  return packet;
}

/** The frames, and damaged ones. */
function* all(rounds: number): Iterable<readonly [SampleFrame, number]> {
  const random = seeded(5);
  for (let round = 0; round < rounds; round++) {
    for (const frame of frames) {
      const other = frames[random(frames.length)]!;
      const bytes = round === 0 ? frame.bytes : damaged(frame.bytes, other.bytes, random);
      yield [{ bytes, linkType: frame.linkType }, random(3) * 40];
    }
  }
}

test.each(TOLD)('%s passes by bytes what it passes when packets are dissected', (text) => {
  const filter = compilePacketFilter(text);
  const frames = filter.overFrames()!;
  const dissector = new Dissector(REGISTRY, setupFor(filter));
  let told = 0;
  for (const [frame, cut] of all(3)) {
    const packet = begun(frame, cut);
    const verdict = frames.judge(packet);
    if (verdict === UNKNOWN) continue;
    told++;
    dissector.dissect(packet);
    expect(filter.matches(packet)).toBe(verdict === PASSES);
  }
  expect(told).toBeGreaterThan(300);
});

test.each(NOT_TOLD)('%s asks for what bytes do not tell', (text) => {
  expect(compilePacketFilter(text).overFrames()).toBeNull();
});

test('frames are told by bytes where headers are read in one go, and nowhere else', () => {
  const seen = new Set<number>();
  for (const [frame, cut] of all(8)) {
    if (frame.linkType !== 1) continue;
    const kind = kindOfFrame(frame.bytes, 0, frame.bytes.length, TUNNELS);
    seen.add(kind);
    expect(kind !== OTHER_KIND).toBe(readCommonHeaders(begun(frame, cut), TUNNELS));
  }
  expect(seen.size).toBe(5);
});

test('a frame that is cut anywhere is told as it is dissected', () => {
  const frames = compilePacketFilter('port 443 or port 53').overFrames()!;
  for (const bytes of [
    tcpFrame({ srcPort: 1, dstPort: 443, flags: 0x12 }, [1, 2, 3]),
    udpFrame({ srcPort: 53, dstPort: 9 }, [1, 2]),
  ]) {
    expect(frames.judge(begun({ bytes, linkType: 1 }))).toBe(PASSES);
    for (let end = 0; end < bytes.length; end++) {
      const verdict = frames.judge(begun({ bytes: bytes.subarray(0, end), linkType: 1 }, bytes.length - end));
      expect(verdict).not.toBe(FAILS);
    }
  }
});

test('another link is not told', () => {
  const bytes = tcpFrame({ srcPort: 1, dstPort: 443, flags: 2 });
  expect(
    compilePacketFilter('tcp')
      .overFrames()!
      .judge(begun({ bytes, linkType: 113 })),
  ).toBe(UNKNOWN);
});
