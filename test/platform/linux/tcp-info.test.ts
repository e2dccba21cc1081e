import { expect, test } from 'vitest';
import { SOCKET_STATES } from '../../../src/core/record/tables/conn.ts';
import { blankSocket, type SocketDraft } from '../../../src/core/socket/blank-socket.ts';
import { fillFromTcpInfo } from '../../../src/platform/linux/tcp-info.ts';
import { tcpInfoBytes, tcpInfoLength } from './tcp-info-bytes.ts';

const info = tcpInfoBytes({
  retransmits: 3,
  snd_mss: 1448,
  lost: 2,
  rtt: 12_345,
  rttvar: 501,
  snd_cwnd: 33,
  total_retrans: 9,
  bytes_acked: 7_000_001,
  bytes_received: 2 ** 53 - 1,
  segs_out: 5001,
  segs_in: 4001,
  min_rtt: 11_007,
  data_segs_in: 3001,
  delivery_rate: 5_000_000_000,
  bytes_sent: 7_100_000,
  bytes_retrans: 99_999,
});

const read = (bytes: Buffer, known: Partial<SocketDraft> = {}) => {
  const socket = Object.assign(blankSocket(), known);
  const words = new Uint32Array(new Uint8Array(bytes).buffer);
  fillFromTcpInfo(socket, words, 0, words.length);
  return socket;
};

test('reads what the kernel says of a connection', () => {
  expect(read(info)).toMatchObject({
    retransmits: 3,
    mss: 1448,
    lost: 2,
    rtt_ms: 12.345,
    rttvar_ms: 0.501,
    cwnd: 33,
    retrans: 9,
    bytes_acked: 7_000_001,
    rx_bytes: 9_007_199_254_740_991,
    tx_packets: 5001,
    rx_packets: 4001,
    min_rtt_ms: 11.007,
    delivery_rate: 5_000_000_000,
    bytes_retrans: 99_999,
    tx_bytes: 7_000_001,
  });
});

test('what has not been measured is unknown', () => {
  expect(read(tcpInfoBytes({ rtt: 0, rttvar: 250_000, min_rtt: 0xffffffff, delivery_rate: 0 }))).toMatchObject({
    rtt_ms: null,
    rttvar_ms: null,
    min_rtt_ms: null,
    delivery_rate: null,
  });
});

test.each([
  [
    'Linux 2.6',
    'total_retrans',
    { retrans: 9, cwnd: 33, rtt_ms: 12.345, bytes_acked: null, tx_bytes: null, rx_packets: null },
  ],
  ['Linux 4.1', 'bytes_received', { retrans: 9, bytes_acked: null, rx_bytes: null, tx_packets: null }],
  ['Linux 4.2', 'segs_in', { bytes_acked: 7_000_001, tx_bytes: 7_000_001, rx_packets: 4001, min_rtt_ms: null }],
  ['Linux 4.6', 'data_segs_out', { min_rtt_ms: 11.007, delivery_rate: null }],
  ['Linux 4.9', 'delivery_rate', { delivery_rate: 5_000_000_000, bytes_retrans: null, tx_bytes: 7_000_001 }],
])('what %s does not send is unknown', (_, last, expected) => {
  expect(read(info.subarray(0, tcpInfoLength(last)))).toMatchObject(expected);
});

test.each(SOCKET_STATES)('in %s the FIN of the peer is no payload, once it has come', (state) => {
  const received = (bytes_received: number) =>
    read(tcpInfoBytes({ bytes_received, data_segs_in: 1 }), { state }).rx_bytes;
  const counted = ['CLOSE_WAIT', 'LAST_ACK', 'CLOSING'].includes(state) ? 1 : 0;
  expect([received(11), received(1), received(0)]).toEqual([11 - counted, 1 - counted, 0]);
});

// each line is what the kernel counts: sent, acknowledged, not sent yet, in the queue
test.each([
  ['all of it, by the side that was connected to', 'ESTABLISHED', 20, 20, 0, 0, 20],
  ['all of it, by the side that connected', 'ESTABLISHED', 10, 11, 0, 0, 10],
  ['a part, by either side: the rest is under way', 'ESTABLISHED', 10, 6, 0, 4, 6],
  ['a part, with a SYN', 'ESTABLISHED', 10, 7, 0, 4, 6],
  ['what is not sent yet is not under way', 'CLOSE_WAIT', 10, 7, 100, 104, 6],
  ['nothing, not even a SYN', 'SYN_SENT', 0, 0, 0, 1, 0],
  ['a SYN alone', 'ESTABLISHED', 0, 1, 0, 0, 0],
  ['SYN and FIN', 'FIN_WAIT2', 10, 12, 0, 0, 10],
  ['a FIN is under way with the rest', 'FIN_WAIT1', 10, 7, 0, 5, 6],
  ['the same in LAST_ACK', 'LAST_ACK', 10, 6, 0, 5, 6],
  ['the same in CLOSING', 'CLOSING', 10, 6, 0, 5, 6],
  ['a FIN waits behind what is not sent', 'FIN_WAIT1', 4096, 4097, 101, 101, 4096],
  ['a queue that is from a moment before: more than was sent', 'ESTABLISHED', 10, 7, 40, 4, 7],
  ['a queue from a moment before: more than was acknowledged', 'ESTABLISHED', 10, 5, 0, 4, 5],
  ['a queue from a moment before: three less', 'ESTABLISHED', 10, 9, 0, 4, 9],
  ['a queue from a moment before: two less may be SYN and FIN', 'ESTABLISHED', 10, 8, 0, 4, 6],
  ['the queue is not known', 'CLOSE', 10, 12, 0, null, 10],
  ['the queue is not known, and not all is acknowledged', 'CLOSE', 10, 9, 0, null, 9],
] as const)('acknowledged: %s', (_, state, sent, counted, unsent, queue, payload) => {
  const bytes = tcpInfoBytes({ bytes_sent: sent + 7, bytes_retrans: 7, bytes_acked: counted, notsent_bytes: unsent });
  expect(read(bytes, { state, tx_queue: queue })).toMatchObject({ tx_bytes: sent, bytes_acked: payload });
});

test('survives every length', () => {
  for (let length = 0; length <= info.length; length += 4) {
    const values: unknown[] = Object.values(read(info.subarray(0, length)));
    expect(values.filter((value) => value === undefined || Number.isNaN(value))).toEqual([]);
  }
  expect(read(info.subarray(0, 100))).toEqual(blankSocket());
});

test.each(SOCKET_STATES)(
  'in %s nothing was received where no segment had payload, whatever the kernel counts',
  (state) => {
    expect(read(tcpInfoBytes({ bytes_received: 1, data_segs_in: 0 }), { state }).rx_bytes).toBe(0);
  },
);
