import { expect, test } from 'vitest';
import { blankSocket } from '../../../src/core/socket/blank-socket.ts';
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
  delivery_rate: 5_000_000_000,
  bytes_sent: 7_100_000,
  bytes_retrans: 99_999,
});

const read = (bytes: Buffer) => {
  const socket = blankSocket();
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

test('survives every length', () => {
  for (let length = 0; length <= info.length; length += 4) {
    const values: unknown[] = Object.values(read(info.subarray(0, length)));
    expect(values.filter((value) => value === undefined || Number.isNaN(value))).toEqual([]);
  }
  expect(read(info.subarray(0, 100))).toEqual(blankSocket());
});
