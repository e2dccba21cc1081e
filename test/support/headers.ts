import { hex } from './wire.ts';

/** Headers around what they carry, with the lengths that belong there and checksums of zero, unless told otherwise. */

export type Octets = readonly number[];

/** Bytes from hexadecimal text; white space does not count. */
export const octets = (text: string): number[] => [...hex(text)];
export const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
export const zeros = (length: number): number[] => new Array<number>(length).fill(0);
export const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];

const MACS = '020000000002 020000000001';

/** From 02:00:00:00:00:01 to 02:00:00:00:00:02. */
export const ethernet = (type: number, payload: Octets): number[] => [...octets(MACS), ...u16(type), ...payload];

/** IEEE 802.3: the length in place of the type. */
export const ethernet8023 = (payload: Octets): number[] => ethernet(payload.length, payload);

export interface Ipv4Options {
  readonly from?: Octets;
  readonly to?: Octets;
  readonly id?: number;
  /** In bytes, a multiple of eight. */
  readonly offset?: number;
  readonly more?: boolean;
  /** A multiple of four bytes. */
  readonly options?: Octets;
  /** Of the header field, where it is not that of the packet. */
  readonly total?: number;
}

/** From 10.0.0.1 to 10.0.0.2. */
export function ipv4(protocol: number, payload: Octets, given: Ipv4Options = {}): number[] {
  const { from = [10, 0, 0, 1], to = [10, 0, 0, 2], id = 0, offset = 0, more = false, options = [] } = given;
  const header = 20 + options.length;
  return [
    ...[0x40 | (header >> 2), 0, ...u16(given.total ?? header + payload.length), ...u16(id)],
    ...[...u16((more ? 0x2000 : 0) | (offset >> 3)), 64, protocol, 0, 0],
    ...[...from, ...to, ...options, ...payload],
  ];
}

/** From 2001:db8::1 to 2001:db8::2. */
export const ipv6 = (next: number, payload: Octets, length = payload.length): number[] => [
  ...[0x60, 0, 0, 0, ...u16(length), next, 64],
  ...octets('20010db8000000000000000000000001 20010db8000000000000000000000002'),
  ...payload,
];

export const udp = (from: number, to: number, payload: Octets, length = 8 + payload.length): number[] => [
  ...[...u16(from), ...u16(to), ...u16(length), 0, 0],
  ...payload,
];

export interface TcpHeader {
  readonly from?: number;
  readonly to?: number;
  readonly seq?: number;
  readonly ack?: number;
  readonly flags?: number;
  readonly window?: number;
  /** A multiple of four bytes. */
  readonly options?: Octets;
}

/** From port 40000 to 9999, both of no known application. */
export function tcp(header: TcpHeader, payload: Octets = []): number[] {
  const { from = 40_000, to = 9999, seq = 0, ack = 0, flags = 0x10, window = 8192, options = [] } = header;
  return [
    ...[...u16(from), ...u16(to), ...u32(seq), ...u32(ack)],
    ...[(20 + options.length) << 2, flags, ...u16(window), 0, 0, 0, 0],
    ...[...options, ...payload],
  ];
}

/** An Ethernet frame of an IPv4 packet. */
export const ipv4Frame = (protocol: number, payload: Octets, given?: Ipv4Options): Uint8Array =>
  Uint8Array.from(ethernet(0x0800, ipv4(protocol, payload, given)));
