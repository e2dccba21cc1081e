import { formatIpv6 } from '../net/ip-address.ts';
import { i32, u16, u32 } from './bytes.ts';
import { INCOMPLETE } from './fragments.ts';
import { hex } from './hex.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// RFC 8200, 3.
const HEADER = 40;
const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const SOURCE = 8;
const DESTINATION = 24;
// RFC 8200, 4; RFC 6275 (mobility), RFC 7401 (HIP), RFC 5533 (Shim6).
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const HIP = 139;
const SHIM6 = 140;
const TCP = 6;
const UDP = 17;
const NO_NEXT = 59;
// RFC 8200, 4.2; RFC 2675, 2: options.
const PAD_1 = 0;
const JUMBO = 0xc2;
/** No packet needs more headers, and a chain of them is an attack. */
const MOST_HEADERS = 8;

export const ipv6 = protocol({
  name: 'ipv6',
  title: 'IPv6',
  about: 'Internet Protocol Version 6',
  linkTypes: [229],
  etherTypes: [0x86dd],
  ipProtocols: [41],
  pppProtocols: [0x57],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    if (bytes[offset]! >> 4 !== 6) return packet.broken();
    const length = payloadLength(packet);
    const cut = packet.end - offset < HEADER + length;
    packet.endAfter(HEADER + length);
    if (!packet.quoted) takeIpv6Addresses(packet, bytes, offset);
    packet.offset = offset + HEADER;
    return afterExtensions(packet, dissection, bytes[offset + NEXT_HEADER]!, cut);
  },
  info(packet: Packet, layer: number): string {
    const next = packet.layerBytes[layer]![packet.layerStart[layer]! + NEXT_HEADER] ?? 0;
    return next === FRAGMENT ? 'IPv6 fragment' : next === NO_NEXT ? 'IPv6 no next header' : `IPv6 next header ${next}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Traffic Class', hex((u16(bytes, start) >> 4) & 0xff, 2));
    out.field('Flow Label', hex(u32(bytes, start) & 0xfffff, 5));
    out.field('Payload Length', u16(bytes, start + PAYLOAD_LENGTH));
    out.field('Next Header', bytes[start + NEXT_HEADER]!);
    out.field('Hop Limit', bytes[start + 7]!);
    out.field('Source Address', formatIpv6(bytes, start + SOURCE));
    out.field('Destination Address', formatIpv6(bytes, start + DESTINATION));
  },
});

/** Takes the addresses of the header at `offset`, which is whole. */
export function takeIpv6Addresses(packet: Packet, bytes: Uint8Array, offset: number): void {
  packet.ipVersion = 6;
  packet.src0 = i32(bytes, offset + 8);
  packet.src1 = i32(bytes, offset + 12);
  packet.src2 = i32(bytes, offset + 16);
  packet.src3 = i32(bytes, offset + 20);
  packet.dst0 = i32(bytes, offset + 24);
  packet.dst1 = i32(bytes, offset + 28);
  packet.dst2 = i32(bytes, offset + 32);
  packet.dst3 = i32(bytes, offset + 36);
}

/**
 * Bytes behind the header. A field of 0 before hop-by-hop options leaves it to the jumbo payload option; before TCP and UDP,
 * segmentation was left to the network card (BIG TCP of Linux), and the frame says it.
 */
function payloadLength({ bytes, offset, end, reportedEnd }: Packet): number {
  const length = u16(bytes, offset + PAYLOAD_LENGTH);
  if (length !== 0) return length;
  const next = bytes[offset + NEXT_HEADER]!;
  const rest = reportedEnd - offset - HEADER;
  if (next === TCP || next === UDP) return rest;
  return next === HOP_BY_HOP ? jumboLength(bytes, offset + HEADER, end) || rest : 0;
}

/** RFC 2675, 2: the length in the hop-by-hop options at `start`; 0 where they have none. */
function jumboLength(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 8) return 0;
  const stop = Math.min(end, start + ((bytes[start + 1]! + 1) << 3));
  for (let at = start + 2; at + 1 < stop; at += bytes[at] === PAD_1 ? 1 : 2 + bytes[at + 1]!) {
    if (bytes[at] === JUMBO && bytes[at + 1] === 4 && at + 6 <= stop) return u32(bytes, at + 2);
  }
  return 0;
}

/** Passes over extension headers, each within [packet.offset, packet.end), of a packet that is whole or `cut`; the protocol that follows them. */
function afterExtensions(packet: Packet, dissection: Dissection, first: number, cut: boolean): number {
  let next = first;
  for (let headers = 0; ; headers++) {
    const { bytes, offset } = packet;
    switch (next) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION_OPTIONS: {
        if (headers === MOST_HEADERS) return packet.broken();
        if (packet.end - offset < 8) return packet.short();
        const length = (bytes[offset + 1]! + 1) << 3;
        if (packet.end - offset < length) return packet.short();
        packet.offset = offset + length;
        next = bytes[offset]!;
        break;
      }
      case AUTHENTICATION: {
        if (headers === MOST_HEADERS) return packet.broken();
        if (packet.end - offset < 8) return packet.short();
        const length = (bytes[offset + 1]! + 2) << 2; // in units of four bytes, unlike the others (RFC 4302, 2.2)
        if (packet.end - offset < length) return packet.short();
        packet.offset = offset + length;
        next = bytes[offset]!;
        break;
      }
      case FRAGMENT: {
        if (headers === MOST_HEADERS) return packet.broken();
        if (packet.end - offset < 8) return packet.short();
        const place = u16(bytes, offset + 2);
        next = bytes[offset]!;
        packet.offset = offset + 8;
        if ((place & 0xfff9) === 0) break; // an atomic fragment (RFC 6946)
        if (packet.quoted || cut) {
          if (place >> 3 !== 0) return END; // the first one, cut, is all there will be
          break;
        }
        const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = packet;
        const key = `6 ${src0} ${src1} ${src2} ${src3} ${dst0} ${dst1} ${dst2} ${dst3} ${i32(bytes, offset + 4)}`;
        next = dissection.fragments.add(packet, key, place & 0xfff8, (place & 1) !== 0, next);
        if (next === INCOMPLETE) return END;
        break;
      }
      case MOBILITY:
      case HIP:
      case SHIM6:
      case NO_NEXT:
        return END;
      default:
        return dissection.registry.ipProtocols[next]!;
    }
  }
}
