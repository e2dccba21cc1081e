/** Frames for tests that need packets of a certain shape rather than certain bytes: Ethernet, IPv4, a transport. */

const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];

function ethernet(type: number, payload: readonly number[]): Uint8Array {
  return Uint8Array.from([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, type >> 8, type & 255, ...payload]);
}

function ipv4(protocol: number, from: readonly number[], to: readonly number[], payload: readonly number[]): number[] {
  const total = 20 + payload.length;
  return [0x45, 0, total >> 8, total & 255, 0, 0, 0x40, 0, 64, protocol, 0, 0, ...from, ...to, ...payload];
}

export interface Ends {
  readonly from?: readonly number[];
  readonly to?: readonly number[];
  readonly srcPort: number;
  readonly dstPort: number;
}

/** A UDP datagram in IPv4 in Ethernet, from 10.0.0.1 to 10.0.0.2 unless told. */
export function udpFrame(
  { from = CLIENT, to = SERVER, srcPort, dstPort }: Ends,
  payload: readonly number[],
): Uint8Array {
  const length = 8 + payload.length;
  const header = [srcPort >> 8, srcPort & 255, dstPort >> 8, dstPort & 255, length >> 8, length & 255, 0, 0];
  return ethernet(0x0800, ipv4(17, from, to, [...header, ...payload]));
}

export interface Segment extends Ends {
  readonly flags: number;
  readonly seq?: number;
  readonly ack?: number;
  readonly window?: number;
}

/** A TCP segment without options, from 10.0.0.1 to 10.0.0.2 unless told. */
export function tcpFrame(segment: Segment, payload: readonly number[] = []): Uint8Array {
  const { from = CLIENT, to = SERVER, srcPort, dstPort, flags, seq = 0, ack = 0, window = 65_535 } = segment;
  const word = (value: number): number[] => [
    (value >>> 24) & 255,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255,
  ];
  const header = [
    ...[srcPort >> 8, srcPort & 255, dstPort >> 8, dstPort & 255],
    ...word(seq),
    ...word(ack),
    ...[0x50, flags, window >> 8, window & 255, 0, 0, 0, 0],
  ];
  return ethernet(0x0800, ipv4(6, from, to, [...header, ...payload]));
}
