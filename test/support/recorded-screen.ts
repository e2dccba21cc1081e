import fs from 'node:fs';
import { openMachineFeed } from '../../src/commands/watch/live/machine-feed.ts';
import { PacketDesk } from '../../src/commands/watch/live/packet-desk.ts';
import type { Machine, TargetHistory } from '../../src/commands/watch/model/machine.ts';
import type { PacketLook } from '../../src/commands/watch/model/packet-look.ts';
import { LIVE_LIMITS } from '../../src/core/packet/packet-store.ts';
import { insight } from '../../src/core/record/tables/insight.ts';
import { unknownRow } from '../../src/core/record/unknown-row.ts';
import type { Ownership, Socket, SocketReading } from '../../src/core/socket/socket.ts';
import type { StoredStream } from '../../src/core/stream/stored-stream.ts';
import type { Platform, SocketRequest, SocketSource } from '../../src/core/system/platform.ts';
import { openPlatform } from '../../src/platform/index.ts';
import { NANO, type PcapFrame, pcap, sourceOf } from './captures.ts';
import { socketOf } from './fake-platform.ts';
import { sensorScene } from './fake-sensor.ts';
import { tcpFrame } from './frames.ts';
import { roundOf } from './probe-rows.ts';
import { virtualClock } from './virtual-clock.ts';

/** What the screen shows of the saved machine of test/hosts after a minute, with packets of test/captures. */
export interface RecordedScreen {
  readonly machine: Machine;
  readonly packets: PacketLook;
  /** The stream of a packet. */
  stream(number: number): StoredStream;
  /** The machine while the screen begins, with what is not permitted to an ordinary user. */
  readonly early: Machine;
}

const HOST = 'test/hosts/linux';
/** Looks before the one that is shown, one a second. */
const LOOKS = 62;
/** When the first packet of the capture came. */
const START = Date.parse('2026-11-21T07:48:42.000Z');
const START_S = START / 1000;

/** The frames of a capture in nanoseconds or microseconds, so many of them, as if they had come `at` seconds after the start. */
function framesOf(file: string, at: number, most = Number.POSITIVE_INFINITY): readonly PcapFrame[] {
  const bytes = fs.readFileSync(file);
  const frames: PcapFrame[] = [];
  const scale = bytes.readUInt32LE(0) === NANO ? 1 : 1000;
  const first = bytes.readUInt32LE(24);
  for (let from = 24; from < bytes.length && frames.length < most; ) {
    const length = bytes.readUInt32LE(from + 8);
    frames.push({
      seconds: START_S + at + bytes.readUInt32LE(from) - first,
      fraction: bytes.readUInt32LE(from + 4) * scale,
      bytes: bytes.subarray(from + 16, from + 16 + length),
    });
    from += 16 + length;
  }
  return frames;
}

/** A transfer over a path that loses a segment, to a receiver that stops for a while. */
const TROUBLED: readonly PcapFrame[] = (() => {
  const client = { from: [192, 168, 7, 20], to: [198, 51, 100, 7], srcPort: 40_002, dstPort: 443 };
  const server = { from: client.to, to: client.from, srcPort: 443, dstPort: 40_002 };
  const data = Array.from({ length: 40 }, (_, index) => 0x41 + (index % 26));
  return [
    tcpFrame({ ...client, flags: 2, seq: 100 }),
    tcpFrame({ ...server, flags: 18, seq: 900, ack: 101 }),
    tcpFrame({ ...client, flags: 16, seq: 101, ack: 901 }),
    tcpFrame({ ...client, flags: 24, seq: 101, ack: 901 }, data),
    tcpFrame({ ...client, flags: 24, seq: 101, ack: 901 }, data),
    tcpFrame({ ...server, flags: 16, seq: 901, ack: 141, window: 0 }),
    tcpFrame({ ...server, flags: 16, seq: 901, ack: 141 }),
    tcpFrame({ ...client, flags: 4, seq: 141, ack: 901 }),
  ].map((bytes, index) => ({ bytes, seconds: START_S + 3, fraction: index * 12_345_678 }));
})();

const CAPTURE = (): Uint8Array =>
  pcap(
    [
      ...framesOf('test/captures/loopback.pcap', 0),
      ...framesOf('test/captures/tls-starttls.pcap', 1, 100),
      ...TROUBLED,
    ],
    {
      magic: NANO,
    },
  );

/** Grows from look to look, faster and slower: what a counter of bytes does. */
const grown = (look: number, rate: number, period: number): number => {
  let sum = 0;
  for (let at = 0; at < look; at++) sum += Math.round(rate * (1 + Math.abs((at % (2 * period)) - period) / period));
  return sum;
};

const CURL = { name: 'curl', comm: 'curl', pid: 3100, exe: '/usr/bin/curl', uid: 1000, container: null, started: null };
const OWNER: Ownership = {
  processes: [{ ...CURL, cmdline: 'curl -O https://downloads.example/image.iso', cgroup: '/user.slice' }],
  attribution: 'proc_fd exact',
};

/** Connections of curl: one that ended a moment ago, and one that has just begun. */
function curls(look: number): readonly Socket[] {
  const local = { local_addr: '192.168.7.20', ifindex: 2 };
  const ended = { ...local, key: 'ended', inode: 71, local_port: 40_100, remote_addr: '203.0.113.80' };
  const begun = { ...local, key: 'begun', inode: 72, local_port: 40_102, remote_addr: '203.0.113.90', rtt_ms: null };
  return [
    ...(look < 20 || look >= LOOKS - 5
      ? []
      : [socketOf({ ...ended, state: look < 23 ? 'SYN_SENT' : 'ESTABLISHED', rx_bytes: grown(look, 300_000, 7) })]),
    ...(look < LOOKS - 3 ? [] : [socketOf({ ...begun, state: 'SYN_SENT', rx_bytes: 0, tx_bytes: 0 })]),
  ];
}

const CURL_KEYS: ReadonlySet<unknown> = new Set(['ended', 'begun']);

/** Sockets of the saved machine with the counters that a kernel keeps of its TCP connections. */
function counted(socket: Socket, look: number): Socket {
  if (socket.proto !== 'tcp' || socket.state !== 'ESTABLISHED') return socket;
  const share = socket.remote_port === 443 ? 900_000 : 10 + socket.local_port;
  const bytes = { rx_bytes: grown(look, share, 11), tx_bytes: grown(look, share / 20, 5) };
  const packets = { rx_packets: Math.ceil(bytes.rx_bytes / 1400), tx_packets: Math.ceil(bytes.tx_bytes / 700) };
  const times = { rtt_ms: 3 + (socket.local_port % 90), min_rtt_ms: 2.5, cwnd: 10, retrans: socket.local_port % 3 };
  return { ...socket, ...bytes, ...packets, ...times, rx_queue: 0, tx_queue: 0 };
}

/** The saved machine, on which time goes by. */
async function platformOf(clock: ReturnType<typeof virtualClock>): Promise<Platform> {
  const saved = await openPlatform({ root: HOST, netns: null }, clock);
  const once = <T>(read: () => Promise<T>): (() => Promise<T>) => {
    let known: Promise<T> | null = null;
    return () => (known ??= read());
  };
  const readInterfaces = once(() => saved.readInterfaces());
  let looks = 0;
  return {
    ...saved,
    openSockets(request: SocketRequest): SocketSource {
      const source = saved.openSockets(request);
      const read = once(() => source.read());
      let reads = 0;
      return {
        ...source,
        readClosed: () => source.readClosed(),
        close: () => source.close(),
        async read(): Promise<SocketReading> {
          const look = reads++;
          const reading = await read();
          return {
            ...reading,
            sockets: [...reading.sockets.map((socket) => counted(socket, look)), ...curls(look)],
            ownerOf: (socket) => (CURL_KEYS.has(socket.key) ? OWNER : reading.ownerOf(socket)),
            userOf: (uid) => reading.userOf(uid),
            ifaceOf: (index) => reading.ifaceOf(index),
          };
        },
      };
    },
    async readInterfaces() {
      const look = looks++;
      const { rows, limits } = await readInterfaces();
      const rates: Readonly<Record<string, number>> = { eth0: 1_200_000, wlan0: 40_000, lo: 700 };
      const more = (value: number | null, name: string, part: number): number | null =>
        value === null ? null : value + grown(look, (rates[name] ?? 0) * part, 9);
      return {
        limits,
        rows: rows.map((row) => ({
          ...row,
          rx_bytes: more(row.rx_bytes, row.name, 1),
          tx_bytes: more(row.tx_bytes, row.name, 0.1),
          rx_packets: more(row.rx_packets, row.name, 0.001),
          tx_packets: more(row.tx_packets, row.name, 0.0005),
        })),
      };
    },
    readRoutes: once(() => saved.readRoutes()),
    readDnsServers: once(() => saved.readDnsServers()),
    readNeighbors: once(() => saved.readNeighbors()),
    readCounters: once(() => saved.readCounters()),
  };
}

/** Rounds of a target, of which the last one is as it is named. */
function health(
  target: string,
  last: readonly (number | null)[],
  addr: string,
  rtts: TargetHistory['rtts'],
): [string, TargetHistory] {
  return [target, { row: roundOf(target, last, { target, addr }), rtts }];
}
const wave = (least: number, most: number, lost: number): TargetHistory['rtts'] =>
  Array.from({ length: 60 }, (_, at) =>
    at % lost === lost - 1 ? null : least + ((most - least) * ((at * 7) % 13)) / 12,
  );

const COMMENT = {
  ...unknownRow(insight),
  source: 'model',
  severity: 'note',
  rule: 'comment',
  confidence: 'possible',
  subject: 'this machine',
  summary: 'Most of the traffic is one download by firefox-bin; nothing else stands out.',
  evidence: ['198.51.100.7:443 received the most bytes'],
} as never;

let recorded: Promise<RecordedScreen> | null = null;

/** The same each time. */
export function recordScreen(): Promise<RecordedScreen> {
  recorded ??= record();
  return recorded;
}

async function record(): Promise<RecordedScreen> {
  const scene = sensorScene();
  const clock = virtualClock(START);
  const machine = await platformOf(clock);
  const platform: Platform = {
    ...machine,
    async openSensor(...asked) {
      const source = sourceOf(CAPTURE());
      const sensor = await scene.place.platform.openSensor(...asked);
      // a capture goes on until it is ended
      const read = async (...into: Parameters<typeof source.read>): Promise<number> => {
        const count = await source.read(...into);
        if (count === 0) await sensor.ended;
        return count;
      };
      return { ...sensor, source: { ...source, read, close: () => source.close() } };
    },
  };
  let packets: PacketLook | null = null;
  const desk = new PacketDesk(clock, (look) => {
    packets = look;
  });
  const looks: Machine[] = [];
  const fail = (error: unknown): never => {
    throw error;
  };
  const feed = await openMachineFeed(
    { ...scene.place, clock, platform },
    {
      ...{ refreshMs: 1000, tab: 'stats', devices: ['eth0'], bpf: null, probes: false, packets: true, model: null },
      listen: (from, owners) => desk.begin(from, owners, LIVE_LIMITS),
    },
    (look) => void looks.push(look),
    fail,
  );
  await clock.pass(LOOKS * 1000 - 1);
  const last = looks.at(-1)!;
  scene.end();
  await feed.close(() => {});
  return {
    packets: packets!,
    stream: (number) => desk.stream(number)!,
    early: {
      ...looks[0]!,
      limits: [
        { what: 'processes of 4 sockets', why: 'they belong to other users', remedy: 'sudo netwatch watch' },
        { what: 'packets', why: 'capturing is not permitted', remedy: 'sudo netwatch setup capture' },
      ],
    },
    machine: {
      ...last,
      health: new Map(
        [
          health('gateway', [0.8, 1.2, 1.1], '192.168.7.1', wave(0.6, 1.4, 61)),
          health('dns', [14, null, 19], '10.11.0.1', wave(9, 140, 17)),
          health('dns', [null, null, null], 'fd00:7::53', wave(0, 0, 1)),
        ].map(([name, one], index) => [`${name} ${index}`, one]),
      ),
      insights: [...last.insights, COMMENT],
      commentary: { state: 'available', at: START_S + 45, dropped: 0 },
    },
  };
}
