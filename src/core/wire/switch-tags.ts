import { u16 } from './bytes.ts';
import { eth } from './eth.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// What Linux captures on the port by which it reaches a switch (tcpdump.org/linktypes): a frame of Ethernet with the tag of
// the switch between its addresses (12) and its type, or before it.
const ADDRESSES = 12;
const PREPENDED_LINK = 282;
const BROADCOM = 4;
const MARVELL = 4;
const MARVELL_WITH_TYPE = 8;
const WITH_TYPE_LINK = 285;
const MARVELL_MODES = ['to the CPU', 'from the CPU', 'to a sniffer', 'forwarded'];

/** Broadcom's tag. */
export const broadcomTag = protocol({
  name: 'brcm-tag',
  title: 'Broadcom tag',
  about: 'Broadcom switch tag',
  linkTypes: [281, PREPENDED_LINK],
  dissect(packet: Packet, dissection: Dissection): number {
    if (packet.linkType !== PREPENDED_LINK) return afterTag(packet, dissection, broadcomTag.id, BROADCOM);
    if (packet.end - packet.offset < BROADCOM) return packet.short();
    packet.offset += BROADCOM;
    return eth.id;
  },
  info: (packet, layer) => `Port ${packet.layerBytes[layer]![packet.layerStart[layer]! + 3]! & 31}`,
});

/** Marvell's tag, alone or behind a type of Ethernet and two bytes of zero. Of a tagged frame it takes the place of the VLAN tag. */
export const marvellTag = protocol({
  name: 'dsa',
  title: 'DSA',
  about: 'Marvell Distributed Switch Architecture tag',
  linkTypes: [284, WITH_TYPE_LINK],
  dissect: (packet: Packet, dissection: Dissection) =>
    afterTag(packet, dissection, marvellTag.id, packet.linkType === WITH_TYPE_LINK ? MARVELL_WITH_TYPE : MARVELL),
  info: (packet, layer) => `Port ${packet.layerBytes[layer]![marvellAt(packet, layer) + 1]! >> 3}`,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = marvellAt(packet, layer);
    if (packet.layerEnd[layer]! - start < MARVELL) return;
    out.field('Mode', MARVELL_MODES[bytes[start]! >> 6]!);
    out.field('Tagged', (bytes[start]! & 0x20) !== 0);
    out.field('Device', bytes[start]! & 31);
    out.field('Port', bytes[start + 1]! >> 3);
    out.field('VLAN', u16(bytes, start + 2) & 0xfff);
  },
});

/** The addresses before the tag are a layer of Ethernet, the tag one that follows it. */
function afterTag(packet: Packet, dissection: Dissection, tag: number, length: number): number {
  const { bytes, offset } = packet;
  packet.layerCount--;
  packet.push(eth.id);
  if (packet.end - offset < ADDRESSES + length + 2) return packet.short();
  packet.offset = offset + ADDRESSES;
  packet.push(tag);
  packet.offset += length + 2;
  return dissection.typeOrLength(packet, u16(bytes, packet.offset - 2));
}

function marvellAt(packet: Packet, layer: number): number {
  return packet.layerStart[layer]! + (packet.linkType === WITH_TYPE_LINK ? MARVELL_WITH_TYPE - MARVELL : 0);
}
