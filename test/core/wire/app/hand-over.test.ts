import { expect, test } from 'vitest';
import type { CaptureReader } from '../../../../src/core/capture/capture-reader.ts';
import { PktapOwners } from '../../../../src/core/packet/packet-owners.ts';
import { PacketRows } from '../../../../src/core/packet/packet-rows.ts';
import { STATISTICS, type StatisticName } from '../../../../src/core/stats/names.ts';
import { StatisticsOfRun } from '../../../../src/core/stats/run.ts';
import { Packet } from '../../../../src/core/wire/packet.ts';
import { DATAGRAMS, type Said, TALKS } from '../../../support/conversations.ts';
import { tcpFrame, udpFrame } from '../../../support/frames.ts';
import { ascii, type Octets } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { clientHello, handshake, record } from '../../../support/tls.ts';
import { decoded, dissectFrame, print } from '../../../support/wire.ts';

/** A port that nobody claims, so that content alone tells. */
const NOBODYS = 9999;
const NAMES = Object.keys(STATISTICS) as StatisticName[];
const bytesOf = (payload: string | Octets): Octets => (typeof payload === 'string' ? ascii(payload) : payload);

/** A run of packets that are dissected, counted and printed, each conversation on a connection of its own. */
class Run {
  readonly statistics = new StatisticsOfRun(NAMES, { bucketMs: 1000, owners: new PktapOwners() });
  readonly packet = new Packet();
  private readonly rows = new PacketRows();
  private clientPort = 10_000;

  constructor() {
    this.rows.faults = this.statistics.dissector.faults;
  }

  /** What is said on a connection to the port. Throws what anything threw at it. */
  play(port: number, said: readonly Said[]): void {
    const client = this.clientPort++;
    const next = { C: 1000, S: 5000 };
    for (const [sender, payload] of said) {
      const other = sender === 'C' ? 'S' : 'C';
      const bytes = bytesOf(payload);
      const ports = sender === 'C' ? { srcPort: client, dstPort: port } : { srcPort: port, dstPort: client };
      const ends = sender === 'C' ? {} : { from: [10, 0, 0, 2], to: [10, 0, 0, 1] };
      this.take(tcpFrame({ ...ports, ...ends, seq: next[sender], ack: next[other], flags: 0x18 }, bytes));
      next[sender] += bytes.length;
    }
  }

  take(frame: Uint8Array): void {
    const { statistics, packet, rows } = this;
    dissectFrame(frame, 1, statistics.dissector, { packet, nanoseconds: packet.number * 1000 });
    for (const listener of statistics.listeners) statistics.dissector.faults.take(packet, listener);
    rows.row(packet);
    print(packet);
    decoded(packet);
    if (rows.faults.firstError !== null) throw rows.faults.firstError;
  }

  /** Makes the records. */
  end(): void {
    const reader = { format: 'pcap', interfaces: [], problems: [] } as unknown as CaptureReader;
    for (const { rows } of this.statistics.sections(reader, null)) for (const row of rows) JSON.stringify(row);
    if (this.rows.faults.firstError !== null) throw this.rows.faults.firstError;
  }
}

const joined = (said: readonly Said[]): Octets => said.flatMap(([, payload]) => bytesOf(payload));
const without = (said: readonly Said[], index: number): readonly Said[] => said.toSpliced(index, 1);

/** What may be made of a conversation by one side, or by the network between both. */
function* variants(said: readonly Said[]): Iterable<readonly Said[]> {
  yield said;
  yield said.map(([sender, payload]) => [sender === 'C' ? 'S' : 'C', payload]);
  yield said.map(([, payload]) => ['C', payload]);
  yield said.map(([, payload]) => ['S', payload]);
  yield said.toReversed();
  for (const sender of ['C', 'S'] as const) {
    yield [[sender, joined(said)]];
    const [mine, others] = [said.filter(([by]) => by === sender), said.filter(([by]) => by !== sender)];
    yield [...mine, ...others];
    // all that one side says in one segment, before, between or behind what the other one says
    for (let place = 0; place <= others.length; place++) yield others.toSpliced(place, 0, [sender, joined(mine)]);
  }
  for (const [index, step] of said.entries()) {
    const [sender, payload] = step;
    const bytes = bytesOf(payload);
    yield said.toSpliced(index, 0, step); // twice
    yield said.toSpliced(index, 1, [sender, [...bytes, ...bytes]]);
    yield said.toSpliced(index, 1, [sender === 'C' ? 'S' : 'C', payload]);
    yield without(said, index);
    for (let place = 0; place < said.length; place++) yield without(said, index).toSpliced(place, 0, step);
    // all that follows of this side in the same segment
    const [later, before] = [said.slice(index), said.slice(0, index)];
    yield [
      ...before,
      [sender, joined(later.filter(([by]) => by === sender))],
      ...later.filter(([by]) => by !== sender),
    ];
    yield [...before, [sender, joined(later)]];
    yield [...said, ...later];
    for (let cut = 1; cut < bytes.length; cut += bytes.length > 32 ? 7 : 1) {
      yield said.toSpliced(index, 1, [sender, bytes.slice(0, cut)], [sender, bytes.slice(cut)]);
    }
  }
}

test.each(Object.entries(TALKS))(
  '%s: nothing throws when it is repeated, reordered, joined, cut, or said by the other side',
  (_, { port, said }) => {
    const run = new Run();
    for (const variant of variants(said)) {
      run.play(port, variant);
      run.play(NOBODYS, variant);
    }
    run.end();
  },
);

test('nothing throws through a proxy, or with another protocol before it', () => {
  const run = new Run();
  for (const { port, said } of Object.values(TALKS)) {
    run.play(1080, [
      ['C', [4, 1, port >> 8, port & 255, 10, 0, 0, 3, 0]],
      ['S', [0, 90, 0, 0, 0, 0, 0, 0]],
      ...said,
      ...said,
    ]);
    run.play(3128, [['C', `CONNECT a:${port} HTTP/1.1\r\n\r\n`], ['S', 'HTTP/1.1 200 OK\r\n\r\n'], ...said, ...said]);
    for (const other of Object.values(TALKS)) run.play(port, [...other.said, ...said]);
  }
  run.end();
});

test('nothing throws at datagrams of all kinds on one flow, in every order of two, to every port of one of them', () => {
  const all = Object.values(DATAGRAMS);
  const run = new Run();
  let client = 10_000;
  for (const port of [NOBODYS, 111, 443, 1194, 3478, 69, 5060, 53]) {
    for (const first of all) {
      for (const second of all) {
        client++;
        run.take(udpFrame({ srcPort: client, dstPort: port }, first));
        run.take(udpFrame({ srcPort: client, dstPort: port }, second));
        run.take(udpFrame({ from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: port, dstPort: client }, first));
        run.take(udpFrame({ srcPort: client, dstPort: port }, second));
      }
    }
  }
  run.end();
});

const HELLO = record(22, handshake(1, clientHello()));
/** After these steps TLS begins in the segment of the last one. */
const GRANTED: Readonly<Record<string, readonly [port: number, steps: readonly Said[], path: string]>> = {
  imap: [
    143,
    [
      ['C', 'a STARTTLS\r\n'],
      ['S', 'a OK\r\n'],
    ],
    'tcp/imap',
  ],
  smtp: [
    25,
    [
      ['C', 'STARTTLS\r\n'],
      ['S', '220 ok\r\n'],
    ],
    'tcp/smtp',
  ],
  pop: [
    110,
    [
      ['C', 'STLS\r\n'],
      ['S', '+OK\r\n'],
    ],
    'tcp/pop',
  ],
  ftp: [
    21,
    [
      ['C', 'AUTH TLS\r\n'],
      ['S', '234 ok\r\n'],
    ],
    'tcp/ftp',
  ],
  pgsql: [
    5432,
    [
      ['C', [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]],
      ['S', 'S'],
    ],
    'tcp',
  ],
  mysql: [3306, [['C', [32, 0, 0, 1, 0x85, 0xae, ...new Array(30).fill(0)]]], 'tcp/mysql'],
  'http connect': [
    3128,
    [
      ['C', 'CONNECT a:443 HTTP/1.1\r\n\r\n'],
      ['S', 'HTTP/1.1 200 OK\r\n\r\n'],
    ],
    'tcp/http/http',
  ],
  socks: [
    1080,
    [
      ['C', [4, 1, 1, 0xbb, 10, 0, 0, 3, 0]],
      ['S', [0, 90, 0, 0, 0, 0, 0, 0]],
    ],
    'tcp/socks',
  ],
};

function say(port: number, said: readonly Said[]): string {
  const connection = new TcpConversation(port);
  const paths = said.map(([by, payload]) => (by === 'C' ? connection.client(payload) : connection.server(payload)));
  return paths.at(-1)!;
}

test.each(Object.entries(GRANTED))('%s: records behind what grants TLS are TLS, whole or not', (name, given) => {
  const [port, steps, path] = given;
  const [sender, last] = steps.at(-1)!;
  const before = steps.slice(0, -1);
  const together = [...bytesOf(last), ...HELLO];
  expect(say(port, [...before, [sender, together]])).toBe(`${path}/tls`);
  for (const left of [1, 2, 4, 5, HELLO.length - 1]) {
    const whole = say(port, [
      ...before,
      [sender, together.slice(0, together.length - left)],
      [sender, together.slice(together.length - left)],
    ]);
    expect([left, whole]).toEqual([
      left,
      name === 'socks'
        ? 'tcp/socks/tls/tcp.segments'
        : name === 'http connect'
          ? 'tcp/http/tls/tcp.segments'
          : 'tcp/tls/tcp.segments',
    ]);
  }
});

test.each(Object.entries(GRANTED).slice(0, 6))(
  '%s: what else stands there is passed over',
  (_, [port, steps, path]) => {
    const [sender, last] = steps.at(-1)!;
    const clear: Said = [sender, [...bytesOf(last), ...ascii('a OK 250 +OK 234\r\n'), ...HELLO]];
    expect(say(port, [...steps.slice(0, -1), clear])).toBe(path);
    expect(say(port, [...steps.slice(0, -1), clear, [sender, HELLO]])).toBe('tcp/tls');
  },
);

test('imap: an answer with another tag, or a refusal, is not the one that grants TLS', () => {
  expect(
    say(143, [
      ['C', 'a NOOP\r\n'],
      ['C', 'b STARTTLS\r\n'],
      ['S', 'a OK\r\n'],
      ['C', 'c NOOP\r\n'],
    ]),
  ).toBe('tcp/imap');
  expect(
    say(143, [
      ['C', 'a STARTTLS\r\n'],
      ['S', 'a NO\r\n'],
      ['C', 'b NOOP\r\n'],
      ['S', 'b OK\r\n'],
      ['C', 'c NOOP\r\n'],
    ]),
  ).toBe('tcp/imap');
});

test('smtp, ftp: after a refusal the same number means what it always does', () => {
  expect(
    say(25, [
      ['C', 'STARTTLS\r\n'],
      ['S', '454 no\r\n'],
      ['C', 'NOOP\r\n'],
      ['S', '220 x\r\n'],
      ['C', 'QUIT\r\n'],
    ]),
  ).toBe('tcp/smtp');
  expect(
    say(21, [
      ['C', 'AUTH TLS\r\n'],
      ['S', '504 no\r\n'],
      ['S', '234 x\r\n'],
      ['C', 'QUIT\r\n'],
    ]),
  ).toBe('tcp/ftp');
});
