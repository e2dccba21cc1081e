import { expect } from 'vitest';
import { readDnsMessage } from '../../src/core/wire/app/dns/dns-message.ts';
import { MAX_HEADERS } from '../../src/core/wire/dissector.ts';
import { MAX_LAYERS } from '../../src/core/wire/packet.ts';
import { damaged, type SampleFrame, sampleFrames, seeded } from '../support/attack.ts';
import { AttackedRun } from '../support/attacked-run.ts';
import { Blocks, join, pcap, readCapture, sourceOf, words } from '../support/captures.ts';
import { tcpFrame, udpFrame } from '../support/frames.ts';
import { ascii, ethernet, ipv4, ipv6, type Octets, octets, tcp, u16, udp } from '../support/headers.ts';
import { promised } from './promise.ts';

const UDP = udp(40_000, 40_001, ascii('hello'));
const DEEP = 2000;

/** `inner` in `depth` layers of one kind. */
const nested = (depth: number, wrap: (inner: Octets) => Octets, inner: Octets): Octets => {
  let bytes = inner;
  for (let level = 0; level < depth; level++) bytes = wrap(bytes);
  return bytes;
};
const repeated = (count: number, text: string): number[] => Array.from({ length: count }, () => octets(text)).flat();
const dns = (rest: string): Uint8Array => udpFrame({ srcPort: 4000, dstPort: 53 }, octets(rest));
const said = (port: number, payload: Octets): Uint8Array =>
  tcpFrame({ srcPort: 40_000, dstPort: port, flags: 0x18, seq: 1 }, payload);
const onIp = (number: number, payload: Octets): Octets => ethernet(0x0800, ipv4(number, payload));

/** What could be followed without end, each in a frame of its own. */
const LOOPS: readonly (readonly [name: string, frame: Octets | Uint8Array])[] = [
  ['a DNS name that points to itself', dns('0001 0100 0001 0000 0000 0000 c00c 0001 0001')],
  ['two DNS names that point to each other', dns('0001 0100 0002 0000 0000 0000 c012 0001 0001 c00c 0001 0001')],
  [
    '65,535 DNS records of one name',
    dns(`0001 8180 0001 ffff ffff ffff 0161 00 0001 0001 ${'c00c 0001 0001 00000001 0000 '.repeat(5000)}`),
  ],
  [
    'a DNS name of pointers, each to the next',
    dns(
      `0001 0100 0001 0000 0000 0000 ${Array.from({ length: 400 }, (_, n) => (0xc00e + 2 * n).toString(16)).join('')} 00`,
    ),
  ],
  ['IPv6 extension headers', ethernet(0x86dd, ipv6(60, repeated(180, '3c00010400000000')))],
  ['an IPv6 extension header without a length', ethernet(0x86dd, ipv6(44, repeated(100, '2c00000000000000')))],
  ['VLAN tags', ethernet(0x8100, repeated(300, '00018100'))],
  ['QinQ tags', ethernet(0x88a8, repeated(300, '000188a8'))],
  ['MPLS labels', ethernet(0x8847, repeated(300, '00010040'))],
  [
    'IP in IP',
    onIp(
      4,
      nested(200, (inner) => ipv4(4, inner), ipv4(17, UDP)),
    ),
  ],
  [
    'GRE in GRE',
    onIp(
      47,
      nested(200, (inner) => [...octets('00000800'), ...ipv4(47, inner)], octets('00000800')),
    ),
  ],
  [
    'VXLAN in VXLAN',
    onIp(
      17,
      nested(150, (inner) => udp(4000, 4789, [...octets('08000000 00000100'), ...onIp(17, inner)]), UDP),
    ),
  ],
  [
    'ICMP errors that quote each other',
    onIp(
      1,
      nested(200, (inner) => [...octets('0301000000000000'), ...ipv4(1, inner)], octets('0301')),
    ),
  ],
  ['a TCP option of length 0', onIp(6, tcp({ options: octets('02000000 05000000') }))],
  ['an IPv4 option of length 0', ethernet(0x0800, ipv4(17, UDP, { options: octets('44000000') }))],
  ['TLS records of length 0', said(443, repeated(DEEP, '1603010000'))],
  ['TLS handshakes of length 0', said(443, octets(`16030110 00 ${'00000000'.repeat(1024)}`))],
  [
    'HTTP/2 frames of length 0',
    said(80, [...ascii('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), ...repeated(DEEP, '000000040000000000')]),
  ],
  [
    'QUIC packets of length 0',
    udpFrame({ srcPort: 4000, dstPort: 443 }, repeated(100, 'c3000000010801020304050607080000 40 00')),
  ],
  ['chunks of SCTP of length 0', onIp(132, octets(`0bb80bb90000000100000000 ${'00000000'.repeat(300)}`))],
  [
    'HTTP chunks without end',
    said(80, ascii(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(3000)}`)),
  ],
  ['lines of a mail server', said(25, ascii('250-a\r\n'.repeat(3000)))],
  ['arrays of Redis in arrays', said(6379, ascii('*1\r\n'.repeat(4000)))],
  ['BER in BER', said(389, repeated(4000, '3080'))],
  ['LLDP elements of length 0', ethernet(0x88cc, repeated(400, '0e00'))],
  [
    'options of DHCP',
    udpFrame({ srcPort: 68, dstPort: 67 }, [
      ...octets(`01010600${'00'.repeat(232)}63825363`),
      ...repeated(DEEP, '3700'),
    ]),
  ],
  [
    'RADIUS attributes of length 0',
    udpFrame({ srcPort: 4000, dstPort: 1812 }, [1, 0, ...u16(1020), ...repeated(508, '0100')]),
  ],
  [
    'STUN attributes of length 0',
    udpFrame({ srcPort: 4000, dstPort: 3478 }, [
      0,
      1,
      ...u16(4000),
      ...octets(`2112a442${'00'.repeat(12)}`),
      ...repeated(1000, '00200000'),
    ]),
  ],
];

const section = new Blocks(true).section();
const iface = new Blocks(true).iface();

/** Blocks and records whose lengths lie. */
const FILES: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ...[0, 4, 11, 13, 0x7fffffff, 0xffffffff].map(
    (length) =>
      [`a pcapng block of length ${length}`, join(section, iface, words(true, 6, length, 0, 0, 0, 0, 0))] as const,
  ),
  ['a pcapng section of length 0', words(true, 0x0a0d0d0a, 0, 0x1a2b3c4d, 1, 0, 0, 0)],
  ['a pcapng option of length 65,535', join(section, words(true, 1, 24, 1, 0, 0xffff0002, 24))],
  ['a pcap record of 2^31 bytes', pcap([{ bytes: new Uint8Array(4), captured: 2 ** 31 }])],
];

promised(
  {
    id: 'H3',
    says: `netwatch follows nothing without end: at most ${MAX_HEADERS} headers in a packet and ${MAX_LAYERS} messages listed, 20 pointers in a DNS name, 8 extension headers of IPv6. Something with a length of 0 ends its packet or is skipped.`,
    tested:
      'A packet or file for each loop that a format permits (names that point in circles, tunnels in tunnels, options and records of length 0); then frames damaged at random, whose layers must all lie within the bytes of the frame.',
    notPromised: 'Each kind of header has no limit of its own: 64 tags are read as 64 layers.',
    skipped: null,
    timeoutMs: 120_000,
  },
  async () => {
    for (const [name, frame] of LOOPS) {
      const run = new AttackedRun();
      const { user } = process.cpuUsage();
      run.take({ bytes: Uint8Array.from(frame), linkType: 1 });
      const milliseconds = (process.cpuUsage().user - user) / 1000;
      expect([name, run.packet.layerCount, milliseconds]).toEqual([
        name,
        expect.toSatisfy(atMost(MAX_LAYERS)),
        expect.toSatisfy(atMost(1000)),
      ]);
    }
    const pointers = octets(`0001 0100 0001 0000 0000 0000 ${'c00c'.repeat(2)}`);
    expect(readDnsMessage(Uint8Array.from(pointers), 0, pointers.length)).toMatchObject({ name: null });
    for (const [name, bytes] of FILES) {
      const said = await readCapture(sourceOf(bytes)).then(
        ({ frames, problems }) => frames.length + problems.length,
        (error) => error.exit,
      );
      expect([name, said]).toEqual([name, expect.toSatisfy((count: number) => count <= 1 || count === 65)]);
    }
    const layers = await layersWithin();
    return `${LOOPS.length + FILES.length} loops ended, each within a second of CPU; ${layers.toLocaleString('en')} layers of damaged frames within their bytes`;
  },
);

const atMost = (most: number) => (value: number) => value <= most;

/** How many layers were looked at: each begins and ends in its bytes, and none before the one it is in. */
async function layersWithin(): Promise<number> {
  const frames = await sampleFrames();
  const random = seeded(3);
  const run = new AttackedRun();
  let layers = 0;
  for (const { bytes, linkType } of Array.from({ length: 20 }, () => frames).flat()) {
    const frame: SampleFrame = { bytes: damaged(bytes, frames[random(frames.length)]!.bytes, random), linkType };
    run.take(frame);
    const { layerCount, layerBytes, layerStart, layerEnd } = run.packet;
    let start = 0;
    for (let layer = 0; layer < layerCount; layer++, layers++) {
      expect(layerStart[layer]!).toBeLessThanOrEqual(layerEnd[layer]!);
      expect(layerEnd[layer]!).toBeLessThanOrEqual(layerBytes[layer]!.length);
      if (layer > 0 && layerBytes[layer] !== layerBytes[layer - 1]) start = 0;
      if (layerBytes[layer] === run.packet.frame) expect(layerStart[layer]!).toBeGreaterThanOrEqual(start);
      start = layerStart[layer]!;
    }
  }
  return layers;
}
