import { Failure } from '../../../src/core/failure.ts';
import { parseInstant } from '../../../src/core/filter/instant.ts';
import { calendarEvents } from '../../../src/core/health/cron-fields.ts';
import { answersQuery, readDnsAnswer } from '../../../src/core/health/messages/dns-answer.ts';
import { ntpFault, ntpTimes, readNtpAnswer } from '../../../src/core/health/messages/ntp-packet.ts';
import { readStunAnswer, transactionOf } from '../../../src/core/health/messages/stun-message.ts';
import { parseTarget } from '../../../src/core/health/target.ts';
import { formatIp, parseIp } from '../../../src/core/net/ip-address.ts';
import { parsePrefix } from '../../../src/core/net/ip-prefix.ts';
import { parseLine } from '../../../src/platform/linux/ebpf/parse-line.ts';
import { errorIn } from '../../../src/platform/linux/icmp-error.ts';
import { parseInetDiag, parseProtocol } from '../../../src/platform/linux/inet-diag.ts';
import { controlsIn } from '../../../src/platform/linux/received-message.ts';
import { parseAddress } from '../../../src/platform/linux/rtnetlink-addr.ts';
import { parseLink } from '../../../src/platform/linux/rtnetlink-link.ts';
import { parseNeighbor } from '../../../src/platform/linux/rtnetlink-neigh.ts';
import { parseRoute } from '../../../src/platform/linux/rtnetlink-route.ts';
import { addressIn } from '../../../src/platform/linux/socket-address.ts';
import { parseServices } from '../../../src/platform/machine/services.ts';
import { parsePingTime } from '../../../src/platform/probe/ping-command.ts';
import type { SensorOrder } from '../../../src/platform/sensor/messages.ts';
import { countsOf, failureOf, hasBegun, saysGone } from '../../../src/platform/sensor/tool-talk.ts';
import { attribute, hex, u8, u16, u32, u64, zeroEnded } from '../../platform/linux/netlink-bytes.ts';
import { tcpInfoBytes } from '../../platform/linux/tcp-info-bytes.ts';
import { Broken } from '../finding.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateText } from '../mutate-text.ts';
import type { Prng } from '../prng.ts';
import { piece, type Target, textOf, textPiece } from '../target.ts';

const nameOf = (index: number): string => `if${index}`;
const address = (digits: string): Buffer => Buffer.concat([hex(digits), Buffer.alloc(16)]).subarray(0, 16);
const QUERY = hex('1234 0100 0001 0000 0000 0000 0161 00 0001 0001');
const ORDER = { devices: ['eth0', 'lo'], bpf: 'port 1', grant: 'grant' } as unknown as SensorOrder;

/** What the kernel and servers answer in bytes: a name, what reads it, and a good one. */
const BINARY: readonly (readonly [sample: Buffer, read: (bytes: Buffer) => unknown])[] = [
  [
    Buffer.concat([
      ...[u8(0, 0), u16(1), u32(7), u32(0x11043), u32(0)],
      ...[
        attribute(3, zeroEnded('veth0')),
        attribute(16, u8(6)),
        attribute(4, u32(1420)),
        attribute(5, u32(8)),
        attribute(10, u32(3)),
      ],
      ...[attribute(1, hex('5e:00:00:00:00:07')), attribute(20, zeroEnded('to the lab'))],
      attribute(18, attribute(1, zeroEnded('tun')), attribute(2, attribute(2, u8(2)))),
      attribute(23, ...[11n, 12n, 2n ** 33n, 14n, 15n, 16n, 17n, 18n, 19n, 20n, 21n].map(u64)),
    ]),
    (bytes) => parseLink(bytes, 0, bytes.length),
  ],
  [
    Buffer.concat([
      u8(2, 24, 0x80, 0),
      u32(7),
      attribute(1, hex('0a000001')),
      attribute(2, hex('0a000001')),
      attribute(3, zeroEnded('eth0')),
      attribute(8, u32(0x80)),
    ]),
    (bytes) => parseAddress(bytes, 0, bytes.length),
  ],
  [
    Buffer.concat([
      ...[
        u8(2, 24, 0, 0, 254, 2, 0, 1),
        u32(0),
        attribute(1, hex('0a000000')),
        attribute(4, u32(7)),
        attribute(5, hex('0a0000fe')),
        attribute(6, u32(100)),
      ],
      ...[
        attribute(7, hex('0a000001')),
        attribute(15, u32(254)),
        attribute(9, u16(16), u8(0, 1), u32(7), attribute(5, hex('0a0000fe'))),
      ],
    ]),
    (bytes) => parseRoute(bytes, 0, bytes.length, nameOf),
  ],
  [
    Buffer.concat([
      u8(10, 0, 0, 0),
      u32(7),
      u16(2),
      u8(0, 1),
      attribute(1, hex('fe800000000000000000000000000001')),
      attribute(2, hex('020000000001')),
    ]),
    (bytes) => parseNeighbor(bytes, 0, bytes.length, nameOf),
  ],
  [
    Buffer.concat([
      ...[
        u8(2, 1, 0, 0),
        hex('9c42 01bb'),
        address('c0a80714'),
        address('c6336407'),
        u32(7),
        hex('05000000 01000000'),
        u32(0),
        u32(1),
        u32(2),
        u32(1000),
        u32(4026),
      ],
      ...[attribute(8, u8(0)), attribute(7, ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(u32)), attribute(10, u8(6))],
      ...[attribute(2, tcpInfoBytes({ rtt: 1500, bytes_received: 10 })), attribute(4, zeroEnded('cubic'))],
    ]),
    (bytes) => {
      const words = new Uint32Array(Math.ceil(bytes.length / 4));
      new Uint8Array(words.buffer).set(bytes);
      parseProtocol(words, 0, words.length);
      for (const proto of ['tcp', 'udp', 'raw'] as const) parseInetDiag(words, 0, words.length, proto);
    },
  ],
  [
    Buffer.concat([
      u64(32n),
      u32(0),
      u32(11),
      u32(113),
      u8(2, 3, 4, 0),
      u32(1400),
      u32(0),
      hex('0200 0000 0a000001 0000000000000000'),
    ]),
    (bytes) => void errorIn(controlsIn(bytes)),
  ],
  [hex('0200 0035 0a000001 0000000000000000'), (bytes) => addressIn(bytes)],
  [
    hex(
      '1234 8180 0001 0003 0000 0001 0161 00 0001 0001 c00c 0001 0001 0000003c 0004 0a000001 c00c 0005 0001 0000003c 0003 0162 00 c00c 0010 0001 0000003c 0004 03616263 00 0029 04d0 00000000 0000',
    ),
    (bytes) => {
      answersQuery(bytes, QUERY);
      readDnsAnswer(bytes);
    },
  ],
  [
    hex('0101 0018 2112a442 0102030405060708090a0b0c 0020 0008 0001 a147 e112a643 0020 0008 0001 a147 e112a643'),
    (bytes) => {
      if (transactionOf(bytes) !== null) readStunAnswer(bytes);
    },
  ],
  [
    hex(
      '24 02 06 e9 00000010 00000020 0a000001 e0000000 00000000 0000000000000001 e0000000 10000000 e0000000 20000000',
    ),
    (bytes) => {
      const answer = readNtpAnswer(bytes, 1n);
      if (answer === null) return;
      ntpFault(answer);
      ntpTimes(answer, 1, 2);
    },
  ],
];

const said = (data: string): string => JSON.stringify({ type: 'printf', data });
const TEXTS: readonly (readonly [samples: readonly string[], read: (text: string) => unknown])[] = [
  [
    [
      said('S 45001097153120 ffff888109a95c80 2803163 31567 0 6 127.0.0.1 47760 127.0.0.1 52688 python3.11/python3'),
      said('P 45001097005008 ffff888109a95c80 2803163 31567 0 2 ::ffff:127.0.0.1 0 ::ffff:127.0.0.1 53453 curl/curl'),
      said('E 45001097087391 ffff888109a95c80 2803163 ::1 47760 2001:db8:0::1 53453'),
      said('C 45001097747962 ffff888109a92e40 9 ::ffff:127.0.0.1 53453 ::ffff:127.0.0.1 47760 101 1005 1000 6 3'),
      said('H 45001097747999'),
      '{"type": "stats", "data": {"@t0": {"16,2804282,31526": {"count": 100, "average": 49, "total": 4950}}}}',
      '{"type": "lost_events", "data": {"events": 512}}',
      '{"type": "map", "data": {"@k": {"1,2,3": 4}}}',
    ],
    (text) => parseLine(text, new Map()),
  ],
  [
    [
      'tcpdump: listening on eth0, link-type EN10MB (Ethernet)\n5 packets captured\n6 packets received by filter\n0 packets dropped by kernel\n',
      "Capturing on 'eth0'\nFile: -\nPackets received/dropped on interface 'eth0': 1/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)\n",
    ],
    (text) => {
      for (const tool of ['tcpdump', 'dumpcap'] as const) {
        hasBegun(tool, text);
        countsOf(tool, text, ['eth0', 'lo']);
        failureOf(tool, text, ORDER);
      }
      saysGone(text);
    },
  ],
  [['64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.045 ms\n'], parsePingTime],
  [['http 80/tcp www # web\ndomain 53/udp\n'], parseServices],
  [['*/5 0-23 1,15 * mon-fri', '@hourly', '0 0 L * *', 'Mon..Fri *-*-* 00:00:00'], calendarEvents],
  [
    [
      'gateway',
      'dns',
      'icmp://host',
      'tcp://[::1]:80',
      'udp://10.0.0.1:53',
      'dns://1.1.1.1/a.example?type=A',
      'https://a.example:8443/x?y',
      'tls://a:443',
      'stun://a:3478',
      'ntp://a',
      'fe80::1%eth0',
      '127.0.0.1',
    ],
    (text) => {
      const { host } = parseTarget(text) as { readonly host?: string | null };
      if (typeof host === 'string' && /[\0-\x20]/.test(host))
        throw new Broken(`a host with a control character: ${JSON.stringify(host)}`);
    },
  ],
  [['2026-01-02T03:04:05.678Z', '2026-01-02', '2026-01-02 03:04'], parseInstant],
  [
    ['10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', 'fe80::1', '0:0:0:0:0:0:0:0', '255.255.255.255'],
    (text) => {
      const ip = parseIp(text);
      if (ip !== null && parseIp(formatIp(ip)) === null) throw new Broken(`no address any more: ${formatIp(ip)}`);
    },
  ],
  [['10.0.0.0/8', '::/0', '2001:db8::/32'], parsePrefix],
];

const PICKED = [
  '$',
  '%',
  '/',
  ':',
  '//',
  '?',
  '=',
  '@',
  '::',
  '..',
  '[',
  ']',
  'dns://',
  'icmp://',
  'type=',
  'null',
  '-1',
  'count',
  'data',
];

/** Functions that read one text or message of the kernel, of a tool or of a server. Numbers: binary or text, and which. */
export const parsers: Target = {
  name: 'parsers',
  share: 1500,
  open(corpus) {
    return {
      make: (prng: Prng) => {
        const isBinary = prng.once(2);
        const which = prng.below(isBinary ? BINARY.length : TEXTS.length);
        const made = isBinary
          ? piece(mutateBytes(prng, BINARY[which]![0], corpus.stock))
          : textPiece(mutateText(prng, prng.of(TEXTS[which]![0]), PICKED));
        return { form: 'message', numbers: [isBinary ? 1 : 0, which], pieces: [made] };
      },
      run({ numbers: [isBinary = 0, which = 0], pieces: [first] }) {
        if (first === undefined) return;
        try {
          // exact in size, so that a read past the end throws
          if (isBinary === 1) BINARY[which]![1](Buffer.from(first.bytes));
          else TEXTS[which]![1](textOf(first));
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
        }
      },
    };
  },
};
