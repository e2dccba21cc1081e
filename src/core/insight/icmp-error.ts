import { icmp } from '../wire/icmp.ts';
import { icmpv6 } from '../wire/icmpv6.ts';
import type { Packet } from '../wire/packet.ts';

/**
 * The layer of an ICMP error in a packet of no transport, -1 without one. Behind it are the layers of the packet that it
 * quotes, as far as it quotes them.
 */
export function icmpErrorLayer(packet: Packet): number {
  if (packet.transport !== 0) return -1;
  for (let layer = packet.layerCount - 2; layer >= 0; layer--) {
    const id = packet.layerProtocol[layer];
    if ((id === icmp.id || id === icmpv6.id) && packet.layerQuoted[layer] === 0) return layer;
  }
  return -1;
}

/** Type and code of the error, as `type * 256 + code`, and 65,536 more for ICMPv6. */
export function icmpErrorOf(packet: Packet, layer: number): number {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const version = packet.layerProtocol[layer] === icmpv6.id ? 65_536 : 0;
  return version + bytes[start]! * 256 + bytes[start + 1]!;
}

/** RFC 792 and RFC 1191: unreachable, port; fragmentation needed. RFC 4443: unreachable, port; packet too big. */
export const PORT_UNREACHABLE = 3 * 256 + 3;
export const FRAGMENTATION_NEEDED = 3 * 256 + 4;
export const PORT_UNREACHABLE_V6 = 65_536 + 1 * 256 + 4;
export const TOO_BIG_V6 = 65_536 + 2 * 256;
