import { u16 } from './bytes.ts';

// What an Ethernet frame is that `readCommonHeaders` reads: the same, told from its bytes alone.
export const TCP_IN_IPV4 = 0;
export const UDP_IN_IPV4 = 1;
export const TCP_IN_IPV6 = 2;
const UDP_IN_IPV6 = 3;
export const FRAME_KINDS = [TCP_IN_IPV4, UDP_IN_IPV4, TCP_IN_IPV6, UDP_IN_IPV6] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];
/** Stands for any other frame, which is to be dissected. */
export const OTHER_KIND = -1;

// IEEE 802.3, 3.1.1; RFC 791, 3.1; RFC 8200, 3; RFC 9293, 3.1; RFC 768.
/** The link type of such frames. */
export const ETHERNET = 1;
export const NETWORK_AT = 14;
export const IPV4_TYPE = 0x0800;
export const IPV6_TYPE = 0x86dd;
export const IPV4_HEADER = 20;
export const IPV6_HEADER = 40;
export const IPV4_PROTOCOL = 9;
export const IPV6_NEXT = 6;
/** Version 4, and a header of five words. */
export const WITHOUT_OPTIONS = 0x45;
/** More fragments follow, or this is not the first. */
export const IS_FRAGMENT = 0x3fff;
export const TCP = 6;
export const UDP = 17;
export const TCP_HEADER = 20;
export const UDP_HEADER = 8;

/** Where the header of TCP or UDP stands in a frame of the kind. */
export const transportAt = (kind: FrameKind): number => NETWORK_AT + (kind < TCP_IN_IPV6 ? IPV4_HEADER : IPV6_HEADER);

/**
 * The kind of the Ethernet frame in [start, end), where it has no other headers than those of the kind; a test compares it
 * with `readCommonHeaders`. `tunnels` is 1 for ports of UDP that may carry packets with headers of their own.
 */
export function kindOfFrame(bytes: Uint8Array, start: number, end: number, tunnels: Uint8Array): number {
  const network = start + NETWORK_AT;
  if (end < network + IPV4_HEADER) return OTHER_KIND;
  const type = u16(bytes, start + 12);
  let at: number;
  let last: number;
  let transport: number;
  let kind: number;
  if (type === IPV4_TYPE) {
    const length = u16(bytes, network + 2);
    if (bytes[network] !== WITHOUT_OPTIONS || (u16(bytes, network + 6) & IS_FRAGMENT) !== 0) return OTHER_KIND;
    if (length < IPV4_HEADER) return OTHER_KIND;
    transport = bytes[network + IPV4_PROTOCOL]!;
    at = network + IPV4_HEADER;
    last = network + length;
    kind = TCP_IN_IPV4;
  } else if (type === IPV6_TYPE) {
    const length = u16(bytes, network + 4);
    at = network + IPV6_HEADER;
    if (end < at || bytes[network]! >> 4 !== 6 || length === 0) return OTHER_KIND;
    transport = bytes[network + IPV6_NEXT]!;
    last = at + length;
    kind = TCP_IN_IPV6;
  } else return OTHER_KIND;
  if (end < last) last = end;
  if (transport === TCP) {
    if (last - at < TCP_HEADER) return OTHER_KIND;
    const header = (bytes[at + 12]! >> 4) << 2;
    return header < TCP_HEADER || at + header > last ? OTHER_KIND : kind;
  }
  if (transport !== UDP || last - at < UDP_HEADER || u16(bytes, at + 4) < UDP_HEADER) return OTHER_KIND;
  return tunnels[u16(bytes, at)] !== 0 || tunnels[u16(bytes, at + 2)] !== 0 ? OTHER_KIND : kind + 1;
}
