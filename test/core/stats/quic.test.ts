import { describe, expect, test } from 'vitest';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import type { QuicPathRow, QuicSessionRow } from '../../../src/core/record/tables/quic-session.ts';
import { OPENERS } from '../../../src/core/stats/all.ts';
import type { Loss } from '../../../src/core/stats/statistic.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { type Ends, udpFrame } from '../../support/frames.ts';
import { type Octets, octets } from '../../support/headers.ts';
import { crypto, initial, V1, V2 } from '../../support/quic.ts';
import { HELLO_A, padded } from '../../support/quic-conversations.ts';
import { runStatistic } from '../../support/run-statistic.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';

const SERVER = [10, 0, 0, 2];
const FIRST = octets('8394c8f03e515708');
const CLIENT_ID = octets('c1c1c1c1c1c1c1c1');
const SERVER_ID = octets('5e5e5e5e5e5e5e5e');

interface Peer {
  readonly addr?: readonly number[];
  readonly port?: number;
  readonly server?: readonly number[];
}
const up = ({ addr = [10, 0, 0, 1], port = 40_000, server = SERVER }: Peer, payload: Octets): Uint8Array =>
  udpFrame({ from: addr, to: server, srcPort: port, dstPort: 443 } as Ends, payload);
const down = ({ addr = [10, 0, 0, 1], port = 40_000, server = SERVER }: Peer, payload: Octets): Uint8Array =>
  udpFrame({ from: server, to: addr, srcPort: 443, dstPort: port } as Ends, payload);

const short = (id: Octets, byte = 0x41): number[] => [byte, ...id, ...new Array<number>(30).fill(0xa7)];
const hello = (source: Octets = CLIENT_ID, first: Octets = FIRST, version = V1): number[] =>
  initial(padded(HELLO_A), { first, source, version });
const answer = (to: Octets = CLIENT_ID, from: Octets = SERVER_ID, first: Octets = FIRST, version = V1): number[] =>
  initial(crypto(0, [2, 0, 0, 1, 0]), { first, destination: to, source: from, side: 'server', version });

/** Begun by one client, and answered. */
const begun = (peer: Peer = {}): Uint8Array[] => [up(peer, hello()), down(peer, answer()), up(peer, short(SERVER_ID))];

function told(frames: readonly Uint8Array[]) {
  const rows = runStatistic<QuicSessionRow & QuicPathRow>('quic', frames);
  const sessions = rows.filter((row) => 'answered' in row);
  const paths = rows.filter((row) => 'change' in row);
  return { sessions, paths, changes: paths.map(({ session, change }) => [session, change]) };
}

test('a connection, its ids, and what each side sent', () => {
  const frames = begun();
  const { sessions, paths } = told(frames);
  const client = frames[0]!.length + frames[2]!.length;
  const server = frames[1]!.length;
  expect(sessions).toEqual([
    {
      session: 0,
      client_addr: '10.0.0.1',
      client_port: 40_000,
      server_addr: '10.0.0.2',
      server_port: 443,
      server_name: 'a.example',
      versions: ['1'],
      answered: 'yes',
      paths: 1,
      client_packets: 2,
      client_bytes: client,
      server_packets: 1,
      server_bytes: server,
      first: '2025-01-01T00:00:00.000000Z',
      last: '2025-01-01T00:00:00.002000Z',
      duration_s: 0.002,
      client_id: 'c1c1c1c1c1c1c1c1',
      server_id: '5e5e5e5e5e5e5e5e',
    },
  ]);
  expect(paths).toMatchObject([{ path: 1, change: 'first', stream: 0, share_pct: 100, client_bytes: client }]);
});

const MOVED: readonly (readonly [string, Peer])[] = [
  ['rebinding', { port: 41_000 }],
  ['migration', { addr: [10, 0, 7, 7], port: 42_000 }],
];

describe('a connection is followed by its id', () => {
  test.each(MOVED)('when the client has moved: %s', (change, peer) => {
    const { sessions, paths, changes } = told([
      ...begun(),
      up(peer, short(SERVER_ID)),
      down(peer, short(CLIENT_ID)),
      down(peer, short(CLIENT_ID)),
    ]);
    expect(sessions).toMatchObject([{ paths: 2, client_packets: 3, server_packets: 3, client_port: 40_000 }]);
    expect(changes).toEqual([
      [0, 'first'],
      [0, change],
    ]);
    expect(paths[1]).toMatchObject({ client_port: peer.port, server_port: 443, server_packets: 2, stream: 1 });
    expect(paths[0]!.share_pct! + paths[1]!.share_pct!).toBeCloseTo(100, 1);
  });

  test('when the first packet on the new path is one of the server', () => {
    const { changes, paths } = told([...begun(), down({ port: 41_000 }, short(CLIENT_ID))]);
    expect(changes.at(-1)).toEqual([0, 'rebinding']);
    expect(paths[1]).toMatchObject({ client_port: 41_000, server_packets: 1, client_packets: 0 });
  });

  test('to the address that the server prefers', () => {
    const { changes } = told([...begun(), up({ server: [10, 0, 9, 9] }, short(SERVER_ID))]);
    expect(changes.at(-1)).toEqual([0, 'server']);
  });

  test('back to where it was', () => {
    const peer = { port: 41_000 };
    const { paths } = told([...begun(), up(peer, short(SERVER_ID)), up({}, short(SERVER_ID))]);
    expect(paths.map(({ client_packets }) => client_packets)).toEqual([3, 1]);
  });

  test('after a Retry, by the id that the server gave', () => {
    const retryId = octets('d0d0d0d0d0d0d0d0');
    const retry = [0xf0, 0, 0, 0, 1, 8, ...CLIENT_ID, 8, ...retryId, ...new Array<number>(20).fill(9)];
    const again = initial(padded(HELLO_A), { first: retryId, source: CLIENT_ID });
    expect(
      told([up({}, hello()), down({}, retry), up({}, again), down({}, answer(CLIENT_ID, SERVER_ID, retryId))]),
    ).toMatchObject({
      sessions: [{ paths: 1, client_packets: 2, server_packets: 2, server_id: '5e5e5e5e5e5e5e5e' }],
    });
  });

  test('by both versions of one that was negotiated', () => {
    const { sessions } = told([up({}, hello()), down({}, answer(CLIENT_ID, SERVER_ID, FIRST, V2))]);
    expect(sessions).toMatchObject([{ versions: ['1', '2'], answered: 'yes' }]);
  });
});

describe('it is not followed', () => {
  test.each<[string, readonly Uint8Array[]]>([
    ['by an id of no length', [up({}, hello([])), down({}, answer([])), down({ port: 41_000 }, short([]))]],
    [
      'by an id that chance makes',
      [up({}, hello()), down({}, answer(CLIENT_ID, [0x5e])), up({ port: 41_000 }, short([0x5e]))],
    ],
    ['where both ends are others', [...begun(), up({ port: 41_000, server: [10, 0, 9, 9] }, short(SERVER_ID))]],
    ['by an id that nobody has', [...begun(), up({ port: 41_000 }, short(octets('0102030405060708')))]],
    ['by what is no short header', [...begun(), up({ port: 41_000 }, short(SERVER_ID, 0x01))]],
    ['by an Initial packet, which begins another', [up({}, hello([])), up({ port: 41_000 }, hello([]))]],
  ])('%s', (_what, frames) => {
    for (const { paths } of told(frames).sessions) expect(paths).toBe(1);
  });

  test('by an id that many chose', () => {
    const peers = [1, 2, 3].map((last) => ({ addr: [10, 0, 1, last], port: 40_000 }));
    const frames = peers.flatMap((peer, at) => [
      up(peer, hello(octets(`c1c1c1c1c1c1c1c${at}`), octets(`8394c8f03e51570${at}`))),
      down(peer, answer(octets(`c1c1c1c1c1c1c1c${at}`), SERVER_ID, octets(`8394c8f03e51570${at}`))),
    ]);
    const { sessions, changes } = told([...frames, up({ addr: [10, 0, 1, 9], port: 41_000 }, short(SERVER_ID))]);
    expect(sessions).toHaveLength(3);
    expect(changes.map(([, change]) => change)).toEqual(['first', 'first', 'first']);
  });
});

test('several connections of one flow are told apart by their ids', () => {
  const [otherFirst, otherClient, otherServer] = ['0011223344556677', 'c2c2c2c2c2c2c2c2', '5f5f5f5f5f5f5f5f'].map(
    octets,
  );
  const { sessions } = told([
    ...begun(),
    up({}, hello(otherClient, otherFirst)),
    down({}, answer(otherClient, otherServer, otherFirst)),
    up({}, short(SERVER_ID)),
    up({}, short(otherServer!)),
    down({}, short(CLIENT_ID)),
  ]);
  expect(sessions.map((one) => [one.client_packets, one.server_packets])).toEqual([
    [3, 2],
    [2, 1],
  ]);
});

test('paths beyond the sixteenth are counted, and not listed', () => {
  const ports = Array.from({ length: 30 }, (_, at) => 41_000 + at);
  const { sessions, paths } = told([...begun(), ...ports.map((port) => up({ port }, short(SERVER_ID)))]);
  expect(sessions).toMatchObject([{ paths: 31, client_packets: 32 }]);
  expect(paths).toHaveLength(16);
});

test('a flood of connections that nobody answered pushes out none that was, and its memory has an end', () => {
  const statistic = OPENERS.quic({ bucketMs: 1000, owners: new PktapOwners() });
  const dissector = new Dissector(REGISTRY, { decrypts: false });
  const packet = new Packet();
  const take = (frame: Uint8Array): void => {
    packet.begin(frame, 0, frame.length, frame.length, 1_700_000_000, 0, 0, 1);
    dissector.dissect(packet);
    statistic.ingest!(packet);
  };
  for (const frame of begun()) take(frame);
  const fake = up({}, hello(CLIENT_ID));
  const flood = (from: number, to: number): number => {
    for (let at = from; at < to; at++) {
      // address and port of the client, and both ids
      fake.set([at >> 16, (at >> 8) & 255, at & 255], 27);
      fake.set([(at >> 8) & 255, at & 255], 34);
      fake.set([1, at >> 16, (at >> 8) & 255, at & 255], 14 + 20 + 8 + 6);
      fake.set([1, at >> 16, (at >> 8) & 255, at & 255], 14 + 20 + 8 + 6 + 9);
      take(fake);
    }
    const run = { dissector, reader: {} as never, file: null };
    return [...statistic.sections(run)[0]!.rows].length;
  };
  expect(flood(0, 5000)).toBe(2001);
  expect(flood(5000, 100_000)).toBe(2001);
  // a few come from ports of other protocols
  const [{ count, fate }] = statistic.losses!() as [Loss];
  expect([fate, count > 97_000, count <= 98_000]).toEqual(['left out', true, true]);
  take(up({ port: 41_000 }, short(SERVER_ID)));
  const [sessions] = statistic.sections({ dissector, reader: {} as never, file: null });
  expect([...sessions!.rows][0]).toMatchObject({ session: 0, answered: 'yes', paths: 2 });
});

test.skipIf(toolIsMissing('tshark'))('tshark follows the same connection', () => {
  for (const [, peer] of MOVED) {
    const frames = [...begun(), up(peer, short(SERVER_ID)), down(peer, short(CLIENT_ID))];
    const numbers = tsharkFields(
      frames.map((bytes) => ({ bytes })),
      ['quic.connection.number'],
    );
    expect(numbers).toEqual(['0', '0', '0', '0', '0']);
  }
});
