import { formatIpv6 } from '../net/ip-address.ts';
import { u16 } from './bytes.ts';
import { unreachable } from './expert.ts';
import { hex } from './hex.ts';
import { ipv6 } from './ipv6.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// RFC 4443, 2.1: type (1), code (1), checksum (2), then by type.
const HEADER = 8;
const UNREACHABLE = 1;
/** RFC 4443, 3: unreachable, too big, time exceeded, parameter problem carry the packet they are about. */
const LAST_ERROR = 4;
const TYPES: Readonly<Record<number, string>> = {
  1: 'Destination Unreachable',
  2: 'Packet Too Big',
  3: 'Time Exceeded',
  4: 'Parameter Problem',
  128: 'Echo (ping) request',
  129: 'Echo (ping) reply',
  130: 'Multicast Listener Query',
  131: 'Multicast Listener Report',
  132: 'Multicast Listener Done',
  133: 'Router Solicitation',
  134: 'Router Advertisement',
  135: 'Neighbor Solicitation',
  136: 'Neighbor Advertisement',
  137: 'Redirect',
  143: 'Multicast Listener Report Message v2',
};
/** IANA, ICMPv6 Parameters: codes of the errors. */
const CODES: Readonly<Record<number, readonly string[]>> = {
  1: [
    'no route to destination',
    'Administratively prohibited',
    'Beyond scope of source address',
    'Address unreachable',
    'Port unreachable',
    'Source address failed ingress/egress policy',
    'Reject route to destination',
  ],
  3: ['hop limit exceeded in transit', 'fragment reassembly time exceeded'],
  4: [
    'erroneous header field encountered',
    'unrecognized Next Header type encountered',
    'unrecognized IPv6 option encountered',
  ],
};

export const icmpv6 = protocol({
  name: 'icmpv6',
  title: 'ICMPv6',
  about: 'Internet Control Message Protocol v6',
  ipProtocols: [58],
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < 4) return packet.short();
    const type = bytes[offset]!;
    if (type === 0 || type > LAST_ERROR || packet.quoted || packet.end - offset <= HEADER) return END;
    if (type === UNREACHABLE) packet.expert(unreachable.number);
    packet.offset = offset + HEADER;
    packet.quoted = true;
    return ipv6.id;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const type = bytes[start] ?? 0;
    const name = TYPES[type] ?? `Type ${type}`;
    const length = packet.layerEnd[layer]! - start;
    if (type === 128 || type === 129) {
      return `${name} id=${hex(u16(bytes, start + 4), 4)}, seq=${u16(bytes, start + 6)}`;
    }
    if (type === 135 && length >= 24) return `${name} for ${formatIpv6(bytes, start + 8)}`;
    if (type === 136 && length >= 24) return `${name} ${formatIpv6(bytes, start + 8)}`;
    const meaning = CODES[type]?.[bytes[start + 1] ?? 0];
    return meaning === undefined ? name : `${name} (${meaning})`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < 4) return;
    out.field('Type', `${bytes[start]!} (${TYPES[bytes[start]!] ?? 'unknown'})`);
    out.field('Code', bytes[start + 1]!);
    out.field('Checksum', hex(u16(bytes, start + 2), 4));
  },
});
