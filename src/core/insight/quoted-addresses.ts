import { formatIpv4, formatIpv6 } from '../net/ip-address.ts';
import { i32 } from '../wire/bytes.ts';
import type { Packet } from '../wire/packet.ts';

/** `source destination` of the IP header at this layer; null where it is none, or cut. */
export function quotedAddresses(packet: Packet, layer: number): string | null {
  if (layer >= packet.layerCount) return null;
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const length = Math.min(packet.layerEnd[layer]!, bytes.length) - start;
  const version = length > 0 ? bytes[start]! >> 4 : 0;
  if (version === 4 && length >= 20)
    return `${formatIpv4(i32(bytes, start + 12))} ${formatIpv4(i32(bytes, start + 16))}`;
  if (version === 6 && length >= 40) return `${formatIpv6(bytes, start + 8)} ${formatIpv6(bytes, start + 24)}`;
  return null;
}
