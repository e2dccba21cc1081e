import type { Test } from '../filter/logic.ts';
import type { IpPrefix } from '../net/ip-prefix.ts';
import { i32 } from '../wire/bytes.ts';
import { ip } from '../wire/ip.ts';
import { ipv6 } from '../wire/ipv6.ts';
import type { Packet } from '../wire/packet.ts';

/** Which address of a header is meant. */
export type Side = 'src' | 'dst' | 'either';

/** Fields of addresses, and which of the two each means. */
export const ADDRESS_SIDES: ReadonlyMap<string, Side> = new Map([
  ['addr', 'either'],
  ['src', 'src'],
  ['dst', 'dst'],
]);

// Where the source stands in a header, and how long it and the destination after it are (RFC 791, RFC 8200).
const IPV4_SOURCE = 12;
const IPV4_BYTES = 4;
const IPV4_HEADER = 20;
const IPV6_SOURCE = 8;
const IPV6_BYTES = 16;
const IPV6_HEADER = 40;

/** Where source and target stand in a header, and how long it is. */
export const addressesIn = (family: IpPrefix['family']) =>
  family === 'ipv4'
    ? { source: IPV4_SOURCE, target: IPV4_SOURCE + IPV4_BYTES, header: IPV4_HEADER }
    : { source: IPV6_SOURCE, target: IPV6_SOURCE + IPV6_BYTES, header: IPV6_HEADER };

/** Whether the address at a place of a frame lies in the block; it is of the same family. */
export function prefixTest({ family, bytes, length }: IpPrefix): (frame: Uint8Array, at: number) => boolean {
  const wanted = family === 'ipv4' ? [i32(bytes, 0)] : [0, 4, 8, 12].map((at) => i32(bytes, at));
  const masks = wanted.map((_, index) => maskOf(length - 32 * index));
  return (frame, at) => {
    for (let index = 0; index < wanted.length; index++) {
      if (((i32(frame, at + 4 * index) ^ wanted[index]!) & masks[index]!) !== 0) return false;
    }
    return true;
  };
}

/**
 * Whether an address in one of the packet's IP headers lies in the block. Headers inside a tunnel count; headers quoted
 * inside an ICMP error do not. Null for a packet without IP.
 */
export function addressTest(prefix: IpPrefix, side: Side): Test<Packet> {
  const id = prefix.family === 'ipv4' ? ip.id : ipv6.id;
  const { source, target, header } = addressesIn(prefix.family);
  const isWanted = prefixTest(prefix);
  return (packet) => {
    if (packet.ipVersion === 0) return null;
    const { layerCount, layerProtocol, layerQuoted, layerStart, layerEnd, layerBytes } = packet;
    for (let layer = 0; layer < layerCount; layer++) {
      if (layerProtocol[layer] !== id || layerQuoted[layer] !== 0) continue;
      const start = layerStart[layer]!;
      if (layerEnd[layer]! - start < header) continue;
      const frame = layerBytes[layer]!;
      if (side !== 'dst' && isWanted(frame, start + source)) return true;
      if (side !== 'src' && isWanted(frame, start + target)) return true;
    }
    return false;
  };
}

/** 32 bits of which the first `length` are set. */
function maskOf(length: number): number {
  return length <= 0 ? 0 : length >= 32 ? -1 : -1 << (32 - length);
}
