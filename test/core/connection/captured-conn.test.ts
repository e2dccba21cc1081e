import { describe, expect, test } from 'vitest';
import { capturedConn } from '../../../src/core/connection/captured-conn.ts';
import { RoundTrips } from '../../../src/core/connection/round-trips.ts';
import type { OwnedSides } from '../../../src/core/packet/packet-owners.ts';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import type { StreamRow } from '../../../src/core/record/tables/stream.ts';
import { StreamSurvey } from '../../../src/core/stream/stream-survey.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { dissectFrame } from '../../support/wire.ts';

const CLIENT = { from: [10, 0, 0, 1], to: [10, 0, 0, 2], srcPort: 40_000, dstPort: 9999 };
const SERVER = { from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 9999, dstPort: 40_000 };
/** Of this flow. */
const TO_9999 = '1:/pJUt9zNMqG7eva9mAyk2CxfrFo=';
const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];

type Step = readonly [side: 'c' | 's', flags: number, seq: number, ack: number, payload?: string];
const tcp = ([side, flags, seq, ack, payload = '']: Step): Uint8Array =>
  tcpFrame({ ...(side === 'c' ? CLIENT : SERVER), flags, seq, ack }, [...Buffer.from(payload)]);

const HANDSHAKE: readonly Step[] = [
  ['c', SYN, 99, 0],
  ['s', SYN | ACK, 499, 100],
  ['c', ACK, 100, 500],
];
const CLIENT_FIN: Step = ['c', FIN | ACK, 100, 500];
const SERVER_FIN: Step = ['s', FIN | ACK, 500, 101];

/** The connection and the stream of the first flow, a frame each 10 ms. */
function seen(
  frames: readonly Uint8Array[],
  owners: OwnedSides = { a: null, b: null },
): { readonly conn: ConnRow; readonly stream: StreamRow } {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const survey = new StreamSurvey(1e6, () => true);
  const roundTrips = new RoundTrips();
  frames.forEach((frame, index) => {
    dissectFrame(frame, 1, dissector, { packet, seconds: 1_700_000_000, nanoseconds: index * 1e7 });
    survey.ingest(packet);
    roundTrips.ingest(packet);
  });
  survey.end();
  const { flows } = dissector.flows;
  return { conn: capturedConn(flows[0]!, 'a.example', roundTrips, owners, true), stream: [...survey.rows(flows)][0]! };
}

test.each<[string, readonly Step[], string, string]>([
  ['SYN alone', HANDSHAKE.slice(0, 1), 'SYN_SENT', 'SYN_SENT'],
  ['SYN twice', [HANDSHAKE[0]!, HANDSHAKE[0]!], 'SYN_SENT', 'SYN_SENT'],
  ['SYN and its answer', HANDSHAKE.slice(0, 2), 'SYN_RECV', 'SYN_RECV'],
  ['the answer alone', HANDSHAKE.slice(1, 2), 'SYN_RECV', 'SYN_RECV'],
  ['the opener alone', [HANDSHAKE[0]!, HANDSHAKE[2]!], 'ESTABLISHED', 'ESTABLISHED'],
  ['the other side alone', [HANDSHAKE[1]!, ['s', ACK, 500, 103, 'x']], 'ESTABLISHED', 'ESTABLISHED'],
  ['a handshake', HANDSHAKE, 'ESTABLISHED', 'ESTABLISHED'],
  ['refused', [HANDSHAKE[0]!, ['s', RST | ACK, 0, 100]], 'CLOSE', 'RESET'],
  ['the opener ended', [...HANDSHAKE, CLIENT_FIN], 'FIN_WAIT2', 'CLOSING'],
  ['the other ended', [...HANDSHAKE, ['s', FIN | ACK, 500, 100]], 'CLOSE_WAIT', 'CLOSING'],
  ['both ended', [...HANDSHAKE, CLIENT_FIN, SERVER_FIN, ['c', ACK, 101, 501]], 'CLOSE', 'CLOSED'],
  ['reset', [...HANDSHAKE, ['c', RST, 100, 0]], 'CLOSE', 'RESET'],
  [
    'begun before',
    [
      ['c', ACK, 100, 500, 'x'],
      ['s', ACK, 500, 101, 'y'],
    ],
    'ESTABLISHED',
    'ESTABLISHED',
  ],
])('%s: state', (_what, steps, connState, streamState) => {
  const { conn, stream } = seen(steps.map(tcp));
  expect([conn.state, stream.state]).toEqual([connState, streamState]);
});

describe('bytes are what sequence numbers say, once each', () => {
  test.each<[string, readonly Step[], number, number]>([
    ['none', HANDSHAKE, 0, 0],
    ['both ways', [...HANDSHAKE, ['c', ACK, 100, 500, 'abc'], ['s', ACK, 500, 103, 'de']], 3, 2],
    ['sent again', [...HANDSHAKE, ['c', ACK, 100, 500, 'abc'], ['c', ACK, 100, 500, 'abc']], 3, 0],
    [
      'with FIN on both sides',
      [...HANDSHAKE, ['c', FIN | ACK, 100, 500, 'abc'], ['s', FIN | ACK, 500, 104, 'de']],
      3,
      2,
    ],
    [
      'over the end of numbers',
      [
        ['c', SYN, 0xffff_ffff, 0],
        ['s', SYN | ACK, 499, 0],
        ['c', ACK, 0, 500, 'abcd'],
      ],
      4,
      0,
    ],
  ])('%s', (_what, steps, tx, rx) => {
    const { conn, stream } = seen(steps.map(tcp));
    expect([conn.tx_bytes, conn.rx_bytes]).toEqual([tx, rx]);
    expect([stream.a_bytes, stream.b_bytes]).toEqual([tx, rx]);
  });

  test('of UDP what datagrams carried', () => {
    const { conn, stream } = seen([udpFrame(CLIENT, [1, 2, 3]), udpFrame(SERVER, [1, 2]), udpFrame(CLIENT, [4])]);
    expect(conn).toMatchObject({
      proto: 'udp',
      state: 'ESTABLISHED',
      tx_bytes: 4,
      rx_bytes: 2,
      tx_packets: 2,
      rx_packets: 1,
      rtt_ms: null,
      retrans: null,
    });
    expect(stream).toMatchObject({ a_bytes: 4, b_bytes: 2, state: null, handshake_ms: null });
  });
});

test('local is who opened it, wherever the capture began', () => {
  const local = { local_addr: '10.0.0.1', local_port: 40_000, remote_addr: '10.0.0.2', remote_port: 9999 };
  expect(seen(HANDSHAKE.map(tcp)).conn).toMatchObject(local);
  // the answer was captured first: A is the server, local the client all the same
  const swapped = seen([HANDSHAKE[1]!, ['c', ACK, 100, 500, 'abc']].map((step) => tcp(step as Step)));
  expect(swapped.conn).toMatchObject({ ...local, tx_bytes: 3, rx_bytes: 0, tx_packets: 1, rx_packets: 1 });
  expect(swapped.stream).toMatchObject({ a_addr: '10.0.0.2', a_port: 9999, a_bytes: 0, b_bytes: 3 });
  expect(seen([udpFrame(SERVER, [1])]).conn).toMatchObject({ local_port: 9999, remote_port: 40_000 });
});

test('times are those of the packets', () => {
  const { conn, stream } = seen([...HANDSHAKE, ['c', ACK, 100, 500, 'abc'] as Step].map(tcp));
  expect(conn).toMatchObject({
    first_seen: '2023-11-14T22:13:20.000000Z',
    time: '2023-11-14T22:13:20.030000Z',
    age_s: 0.03,
    rtt_ms: 10,
    rttvar_ms: 5,
    min_rtt_ms: 10,
    stream: 0,
    server_name: 'a.example',
    source: 'capture',
    attribution: 'none capture',
    pid: null,
  });
  expect(stream).toMatchObject({
    first: '2023-11-14T22:13:20.000000Z',
    last: '2023-11-14T22:13:20.030000Z',
    duration_s: 0.03,
    handshake_ms: 20,
    syn_synack_ms: 10,
    synack_ack_ms: 10,
  });
});

test('the Community ID of a flow, where it is read', () => {
  const { conn, stream } = seen([tcp(HANDSHAKE[0]!)]);
  expect([conn.community_id, stream.community_id]).toEqual([TO_9999, TO_9999]);
  const dissector = new Dissector(REGISTRY);
  dissectFrame(tcp(HANDSHAKE[0]!), 1, dissector);
  expect(
    capturedConn(dissector.flows.flows[0]!, null, new RoundTrips(), { a: null, b: null }, false).community_id,
  ).toBeNull();
});

test('who a comment names: the local side, which is the opener, or else the other', () => {
  const [client, server] = [
    { pid: 7, process: 'curl', user: 'alice' },
    { pid: 8, process: null, user: null },
  ];
  const told = (owners: OwnedSides, first = 0) => {
    const { conn } = seen(HANDSHAKE.slice(first).map(tcp), owners);
    return [conn.pid, conn.process, conn.user, conn.pids, conn.attribution];
  };
  const ofClient = [7, 'curl', 'alice', ['7'], 'comment exact'];
  const ofServer = [8, null, null, ['8'], 'comment exact'];
  expect(told({ a: client, b: server })).toEqual(ofClient);
  expect(told({ a: null, b: server })).toEqual(ofServer);
  expect(told({ a: null, b: null })).toEqual([null, null, null, [], 'none capture']);
  // the answer came first: A is the server, and B opened it
  expect(told({ a: server, b: client }, 1)).toEqual(ofClient);
  expect(told({ a: server, b: null }, 1)).toEqual(ofServer);
});
