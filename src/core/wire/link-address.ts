import { eth } from './eth.ts';
import { formatMac } from './mac-address.ts';
import type { Packet } from './packet.ts';
import { sll } from './sll.ts';
import { SLL2_LINK } from './sll-header.ts';
import { wlan } from './wlan.ts';
import { destinationAt, sourceAt } from './wlan-frame.ts';

const MAC = 6;

/** The address that the outermost header of a link has for who sent the frame; null without one. */
export function linkSource(packet: Packet): string | null {
  const layer = linkLayer(packet);
  if (layer < 0) return null;
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  switch (packet.layerProtocol[layer]) {
    case wlan.id:
      return textAt(packet, layer, sourceAt(bytes, start));
    case sll.id:
      return cookedSource(packet, layer);
    default:
      return textAt(packet, layer, start + MAC);
  }
}

/** The same for whom it is for: captures on `any` do not say. */
export function linkDestination(packet: Packet): string | null {
  const layer = linkLayer(packet);
  if (layer < 0 || packet.layerProtocol[layer] === sll.id) return null;
  const start = packet.layerStart[layer]!;
  if (packet.layerProtocol[layer] !== wlan.id) return textAt(packet, layer, start);
  return textAt(packet, layer, destinationAt(packet.layerBytes[layer]!, start));
}

function linkLayer({ layerCount, layerProtocol }: Packet): number {
  for (let layer = 0; layer < layerCount; layer++) {
    const id = layerProtocol[layer];
    if (id === eth.id || id === wlan.id || id === sll.id) return layer;
  }
  return -1;
}

/** LINKTYPE_LINUX_SLL: length (2) and address at 4; LINKTYPE_LINUX_SLL2: length (1) and address at 11. */
function cookedSource(packet: Packet, layer: number): string | null {
  const at = packet.layerStart[layer]! + (packet.linkType === SLL2_LINK ? 12 : 6);
  return packet.layerBytes[layer]![at - 1] === MAC ? textAt(packet, layer, at) : null;
}

const textAt = (packet: Packet, layer: number, at: number): string | null =>
  at + MAC <= packet.layerEnd[layer]! ? formatMac(packet.layerBytes[layer]!, at) : null;
