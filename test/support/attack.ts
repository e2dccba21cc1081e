import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import { readCapture } from './captures.ts';
import { tcpFrame, udpFrame } from './frames.ts';
import { ascii, ethernet, ipv4, ipv6, octets, udp } from './headers.ts';
import { ROOT } from './program.ts';
import { runTool, toolIsMissing } from './tool.ts';

/** How many times as much the promises are tested as by default. */
export const SCALE = Number(process.env.NETWATCH_PROMISE_SCALE ?? 1);

/** Numbers in [0, below) that are the same for one seed (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below) | 0;
  };
}

export interface SampleFrame {
  readonly bytes: Uint8Array;
  readonly linkType: number;
}

/** What an application says first, by its port: enough that its dissector takes it. */
const SAID: readonly (readonly [port: number, payload: readonly number[]])[] = [
  [21, ascii('220 ready\r\nUSER a\r\nPASV\r\n227 Entering (127,0,0,1,4,1)\r\nAUTH TLS\r\n234 go\r\n')],
  [22, ascii('SSH-2.0-OpenSSH_9.2\r\n')],
  [25, ascii('EHLO a\r\n250-STARTTLS\r\n250 ok\r\nSTARTTLS\r\n220 go\r\n')],
  [
    53,
    octets(
      '002c 1a2b 8180 0001 0002 0000 0000 0161 00 0010 0001 c00c 0010 0001 00000001 0004 03616263 c00c 0001 0001 00000001 0004 c0000207',
    ),
  ],
  [
    80,
    ascii(
      'GET /a HTTP/1.1\r\nHost: b\r\nUser-Agent: c\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ),
  ],
  [80, ascii('CONNECT a:443 HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n')],
  [
    80,
    [
      ...ascii('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      ...octets('000006 04 00 00000000 0003 00000064 000005 01 05 00000001 82 86 84 41 80'),
    ],
  ],
  [110, ascii('+OK\r\nSTLS\r\n+OK\r\n')],
  [139, octets('81000044 20454d')],
  [143, ascii('* OK\r\na STARTTLS\r\na OK begin\r\nb OK again\r\n')],
  [179, octets('ffffffffffffffffffffffffffffffff 001d 01 04 0001 00b4 0a000001 00')],
  [389, octets('30 0c 02 01 01 60 07 02 01 03 04 00 80 00')],
  [
    443,
    octets(
      '16 0301 002f 01 00002b 0303 0000000000000000000000000000000000000000000000000000000000000000 00 0002 1301 01 00 0000',
    ),
  ],
  [445, octets('00000044 fe534d42 4000 0000 00000000 0000 0100 00000000 00000000')],
  [554, ascii('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n')],
  [1080, octets('05 01 00 05 00 05 01 00 01 0a000001 0050')],
  [1883, octets('10 0d 0004 4d515454 04 02 003c 0001 61')],
  [3306, octets('0a000000 0a 38 2e 30 00 01000000 0102')],
  [3389, octets('0300 0013 0e e0 0000 0000 00 01 00 0800 03000000')],
  [
    5060,
    ascii(
      'INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP c\r\nContent-Type: application/sdp\r\nContent-Length: 34\r\n\r\nv=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n',
    ),
  ],
  [5432, octets('00000008 04d2162f')],
  [6379, ascii('*1\r\n$4\r\nPING\r\n+PONG\r\n')],
  [6881, [19, ...ascii('BitTorrent protocol'), ...new Array<number>(48).fill(1)]],
  [8009, octets('1234 0001 0a')],
];

const DATAGRAMS: readonly (readonly [port: number, payload: readonly number[]])[] = [
  [
    53,
    octets(
      '1a2b 8180 0001 0002 0000 0000 0161 00 0010 0001 c00c 0010 0001 00000001 0004 03616263 c00c 0001 0001 00000001 0004 c0000207',
    ),
  ],
  [
    67,
    [
      ...octets('01 01 06 00 3903f326 0000 8000 00000000 0a000007 00000000 00000000 020000000001'),
      ...new Array<number>(202).fill(0),
      ...octets('63825363 350101 0c0461626364 ff'),
    ],
  ],
  [69, [0, 1, ...ascii('a\0octet\0')]],
  [123, octets(`23${'00'.repeat(47)}`)],
  [137, octets('1234 0110 0001 0000 0000 0000 20 43474543 00 0020 0001')],
  [161, octets('30 1a 02 01 00 04 01 61 a0 12 02 01 01 02 01 00 02 01 00 30 07 30 05 06 01 2b 05 00')],
  [443, octets('c3 00000001 08 0102030405060708 00 00 4040 00000000000000000000000000000000')],
  [500, octets('0102030405060708 0000000000000000 21 20 22 08 00000000 0000001c')],
  [514, ascii('<34>Oct 11 22:14:15 a su: b')],
  [520, octets('02 02 0000 0002 0000 0a000000 ff000000 00000000 00000001')],
  [1701, octets('0002 0001 0002 ff03 0021 45')],
  [1812, octets('01 00 0014 0f403f9473978057bd83d5cb98f4227a')],
  [1900, ascii('M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nST: a\r\n\r\n')],
  [2055, octets('0009 0001 00000001 65000000 00000000 00000000 0000 000c 0100 0001 0001 0004')],
  [2152, octets('30 ff 0014 00000001 45')],
  [3478, octets('0001 0008 2112a442 000102030405060708090a0b 0020 0004 01020304')],
  [3544, octets('0000 63bf f5fffffe 60')],
  [4500, octets('00000001 00000001 0102030405060708')],
  [4789, octets('08000000 00000700 020000000002 020000000001 0800 45')],
  [5004, octets('80 00 0001 00000001 00000001 0102')],
  [5060, ascii('REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP b\r\n\r\n')],
  [5353, octets('0000 8400 0000 0001 0000 0000 0161 00 000c 0001 00000001 0003 0162 00')],
  [6081, octets('0000 6558 00000700 020000000002 020000000001 0800 45')],
  [51820, octets(`01000000${'00'.repeat(144)}`)],
];

/**
 * Frames to begin an attack with: the recorded capture, random packets of Wireshark's randpkt where that is installed, and for
 * each port that a protocol claims what is said there, or bytes that count up.
 */
export async function sampleFrames(): Promise<readonly SampleFrame[]> {
  const frames: SampleFrame[] = await framesIn(path.join(ROOT, 'test/captures/loopback.pcap'));
  const counting = Array.from({ length: 96 }, (_, index) => index);
  const { etherTypes, ipProtocols } = REGISTRY;
  const [tcpPorts, udpPorts] = [REGISTRY.tcpPorts, REGISTRY.udpPorts].map((ports) =>
    Array.from({ length: 65_536 }, (_, port) => ports.of(port)),
  ) as [unknown[], unknown[]];
  for (const [port, payload] of [...SAID, ...claimed(tcpPorts).map((port) => [port, counting] as const)]) {
    frames.push({ bytes: tcpFrame({ srcPort: 40_000, dstPort: port, flags: 0x18, seq: 1 }, payload), linkType: 1 });
  }
  for (const [port, payload] of [...DATAGRAMS, ...claimed(udpPorts).map((port) => [port, counting] as const)]) {
    frames.push({ bytes: udpFrame({ srcPort: 40_000, dstPort: port }, payload), linkType: 1 });
  }
  for (const type of claimed(etherTypes))
    frames.push({ bytes: Uint8Array.from(ethernet(type, counting)), linkType: 1 });
  for (const number of claimed(ipProtocols)) {
    frames.push({ bytes: Uint8Array.from(ethernet(0x0800, ipv4(number, counting))), linkType: 1 });
    frames.push({ bytes: Uint8Array.from(ethernet(0x86dd, ipv6(number, udp(1, 2, counting)))), linkType: 1 });
  }
  for (const linkType of REGISTRY.linkTypes.keys()) frames.push({ bytes: Uint8Array.from(counting), linkType });
  return [...frames, ...(await randomPackets())];
}

/** Numbers that a table has somebody for. */
function claimed(table: ArrayLike<unknown>): number[] {
  return Array.from(table, (who, number) => (who ? number : 0)).filter((number) => number > 0);
}

async function framesIn(file: string): Promise<SampleFrame[]> {
  const { frames } = await readCapture(fs.readFileSync(file));
  return frames.map(({ bytes, linkType }) => ({ bytes: Uint8Array.from(Buffer.from(bytes, 'hex')), linkType }));
}

const RANDPKT = [
  'arp',
  'bgp',
  'dns',
  'eth',
  'fddi',
  'icmp',
  'ip',
  'ipv6',
  'llc',
  'nbns',
  'sctp',
  'syslog',
  'tcp',
  'udp',
];

async function randomPackets(): Promise<readonly SampleFrame[]> {
  if (toolIsMissing('randpkt')) return [];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-randpkt-'));
  try {
    const found: SampleFrame[] = [];
    for (const type of RANDPKT) {
      const file = path.join(folder, type);
      runTool('randpkt', ['-b', '400', '-c', '5', '-t', type, file]);
      found.push(...(await framesIn(file)));
    }
    return found;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Numbers of 16 bits at which lengths and counts go wrong. */
const MAGIC = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];

/** The frame damaged as networks and attackers do: bits turned, numbers at a limit, cut, and parts of `other` put in. */
export function damaged(bytes: Uint8Array, other: Uint8Array, random: (below: number) => number): Uint8Array {
  let out = bytes.slice();
  for (let times = 1 + random(3); times > 0 && out.length > 2; times--) {
    const at = random(out.length - 1);
    switch (random(5)) {
      case 0:
        out[at]! ^= 1 << random(8);
        break;
      case 1:
        out[at] = random(256);
        break;
      case 2: {
        const number = MAGIC[random(MAGIC.length)]!;
        out[at] = number >> 8;
        out[at + 1] = number & 255;
        break;
      }
      case 3:
        out = out.slice(0, at + 1);
        break;
      default:
        out.set(other.subarray(0, Math.min(random(32), out.length - at, other.length)), at);
    }
  }
  return out;
}
