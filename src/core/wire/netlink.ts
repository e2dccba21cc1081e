import { u16, u16le, u32le } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';
import { SLL2_LINK } from './sll-header.ts';

// Linux, include/uapi/linux/netlink.h, in the byte order of the machine that captured: length (4), type (2), flags (2),
// sequence (4), port (4). tcpdump.org/linktypes/LINKTYPE_NETLINK: before it a header as that of LINKTYPE_LINUX_SLL, whose
// last field is the family; a file of cooked captures holds the same.
const LINK = 253;
const LINK_HEADER = 16;
const HEADER = 16;
const FAMILY = 14;
const HEADER_2 = 20; // its second version begins with the family
/** Types below are of netlink itself: no operation, an error, the end of a list. */
const FIRST_OF_FAMILY = 16;

const declare = (name: string, title: string, about: string): ReturnType<typeof protocol> =>
  protocol({
    name,
    title,
    about,
    info: (packet, layer) => `Type ${typeAt(packet.layerBytes[layer]!, packet.layerStart[layer]!)}`,
  });

/** Families that have a layer of their own, by their number. */
const FAMILIES = new Map([
  [0, declare('netlink-route', 'Netlink route', 'Linux rtnetlink (route netlink) protocol')],
  [4, declare('netlink-sock_diag', 'Netlink sock diag', 'Linux netlink sock diag protocol')],
  [12, declare('netlink-netfilter', 'Netlink netfilter', 'Linux netlink netfilter protocol')],
  [16, declare('genl', 'Netlink generic', 'Linux Generic Netlink protocol')],
]);

/** What programs and the kernel of Linux tell each other, as `nlmon` captures it. Each message of a family is a layer. */
export const netlink = protocol({
  name: 'netlink',
  title: 'Netlink',
  about: 'Linux netlink protocol',
  linkTypes: [LINK],
  dissect(packet: Packet): number {
    const { bytes, end } = packet;
    const header = headerOf(packet);
    if (end - packet.offset < header) return packet.short();
    packet.offset += header;
    const family = FAMILIES.get(familyOf(packet, packet.layerCount - 1));
    if (family === undefined) return END;
    if (end - packet.offset < HEADER) return packet.short();
    while (end - packet.offset >= HEADER) {
      const length = lengthAt(bytes, packet.offset);
      if (length < HEADER) return packet.broken();
      if (typeAt(bytes, packet.offset) >= FIRST_OF_FAMILY && !packet.push(family.id)) return END;
      if (length > end - packet.offset) return packet.short();
      packet.offset += (length + 3) & ~3;
    }
    return END;
  },
  info: (packet, layer) => `Netlink family ${familyOf(packet, layer)}`,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const start = packet.layerStart[layer]! + headerOf(packet);
    out.field('Family', familyOf(packet, layer));
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Length', lengthAt(packet.layerBytes[layer]!, start));
    out.field('Type', typeAt(packet.layerBytes[layer]!, start));
  },
});

export const NETLINK_FAMILIES = [...FAMILIES.values()];

const headerOf = (packet: Packet): number => (packet.linkType === SLL2_LINK ? HEADER_2 : LINK_HEADER);

function familyOf(packet: Packet, layer: number): number {
  const start = packet.layerStart[layer]!;
  return u16(packet.layerBytes[layer]!, packet.linkType === SLL2_LINK ? start : start + FAMILY);
}

/** A length has zeros where the machine's order puts them: none is 16 MiB. */
function isBigEndian(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === 0 && bytes[start + 3] !== 0;
}

function lengthAt(bytes: Uint8Array, start: number): number {
  return isBigEndian(bytes, start) ? (u16(bytes, start) << 16) | u16(bytes, start + 2) : u32le(bytes, start);
}

function typeAt(bytes: Uint8Array, start: number): number {
  return isBigEndian(bytes, start) ? u16(bytes, start + 4) : u16le(bytes, start + 4);
}
