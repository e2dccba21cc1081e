import { u24, u32 } from './bytes.ts';
import { eth } from './eth.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { mpls } from './mpls.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, type Protocol, protocol } from './protocol.ts';

// RFC 8300, 2.2: version, TTL and length in words (2), type of metadata (1), next protocol (1), path (3), index (1).
const HEADER = 8;
const LENGTH = 0x3f;
const IPV4 = 1;
const IPV6 = 2;
const ETHERNET = 3;
const NSH = 4;
const MPLS = 5;

export const nsh: Protocol = protocol({
  name: 'nsh',
  about: 'Network Service Header',
  etherTypes: [0x894f],
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const length = (bytes[offset + 1]! & LENGTH) << 2;
    if (length < HEADER) return packet.broken();
    if (packet.end - offset < length) return packet.short();
    packet.offset = offset + length;
    switch (bytes[offset + 3]) {
      case IPV4:
        return ip.id;
      case IPV6:
        return ipv6.id;
      case ETHERNET:
        return eth.id;
      case NSH:
        return nsh.id;
      case MPLS:
        return mpls.id;
      default:
        return END;
    }
  },
  info: (packet, layer) => `Service path ${u24(packet.layerBytes[layer]!, packet.layerStart[layer]! + 4)}`,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    const path = u32(packet.layerBytes[layer]!, start + 4);
    out.field('Service path', path >>> 8);
    out.field('Service index', path & 255);
  },
});
