import type { ByteText } from '../net/byte-text.ts';
import { REGISTRY } from './all-protocols.ts';
import { tlsSegments } from './app/tls/tls-plaintext.ts';
import { dataTextLines } from './app/websocket.ts';
import { madeTwice, mayBeCut } from './cut-layer.ts';
import { EXPERTS, type Expert } from './expert.ts';
import { destinationOf, sourceOf } from './flow-text.ts';
import { linkDestination, linkSource } from './link-address.ts';
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';
import { tcpSegments } from './tcp-segments.ts';

/** Longest text of a packet that is made; what comes from the wire may be megabytes. */
export const LONGEST_TEXT = 4096;
/** Layers of one protocol at the end of a packet whose texts are joined: messages that share a segment. */
const MOST_JOINED = 16;
/** Lists of layers that are kept: captures repeat a few dozen. */
const MOST_PATHS = 4096;

/** Pseudo layers, of what a message was put together from and of its text; the layer of the message says what it is. */
const SEGMENTS: ReadonlySet<number> = new Set([tcpSegments.id, tlsSegments.id, dataTextLines.id]);

/** Index of the topmost layer, the innermost that is not quoted; -1 for a frame nobody can read. */
export function topLayer(packet: Packet): number {
  const { layerProtocol, layerQuoted } = packet;
  for (let layer = packet.layerCount - 1; layer >= 0; layer--) {
    if (layerQuoted[layer] === 0 && !SEGMENTS.has(layerProtocol[layer]!)) return layer;
  }
  return -1;
}

export function protocolOf(packet: Packet, layer: number): Protocol | undefined {
  return REGISTRY.byId[packet.layerProtocol[layer]!];
}

/**
 * The summary line: what the topmost protocol says, or, where it says nothing, the one below. Messages of one protocol
 * that share the packet are joined by commas. At most 4 KiB.
 */
export function infoOf(packet: Packet): string {
  for (let layer = topLayer(packet); layer >= 0; layer--) {
    const info = packet.layerQuoted[layer] === 0 ? infoMaker(packet, layer) : undefined;
    if (info === undefined) continue;
    let text = info(packet, layer);
    const id = packet.layerProtocol[layer]!;
    let before = layer - 1;
    for (let joined = 1; joined < MOST_JOINED && before >= 0; before--) {
      const below = packet.layerProtocol[before]!;
      if (SEGMENTS.has(below)) continue;
      if (below !== id || packet.layerQuoted[before] !== 0) break;
      text = `${info(packet, before)}, ${text}`;
      joined++;
    }
    const note = packet.malformed ? ' [Malformed Packet]' : packet.truncated ? ' [Packet cut by the capture]' : '';
    return (text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text) + note;
  }
  return '';
}

/**
 * Writes the same text if the topmost protocol writes its own, and nothing joins it; false otherwise. It holds nothing that
 * JSON escapes.
 */
export function writeInfo(packet: Packet, out: ByteText): boolean {
  const layer = topLayer(packet);
  const write = layer < 0 ? undefined : protocolOf(packet, layer)?.writeInfo;
  if (write === undefined || mayBeCut(packet, layer)) return false;
  let before = layer - 1;
  while (before >= 0 && SEGMENTS.has(packet.layerProtocol[before]!)) before--;
  if (before >= 0 && packet.layerProtocol[before] === packet.layerProtocol[layer]) return false;
  write(packet, layer, out);
  return true;
}

/** What says something of a layer; of one that is not all there, only its name where it would tell of bytes behind it. */
function infoMaker(packet: Packet, layer: number): Protocol['info'] {
  const protocol = protocolOf(packet, layer);
  const info = protocol?.info;
  if (info === undefined || !mayBeCut(packet, layer)) return info;
  return (of, at) => {
    const [one, other] = madeTwice(of, at, () => info(of, at));
    return one === other ? one : protocol!.about;
  };
}

/** Source address of the packet: of its IP header, else of its link; null without either. */
export function sourceText(packet: Packet): string | null {
  return packet.ipVersion !== 0 ? sourceOf(packet) : linkSource(packet);
}

export function destinationText(packet: Packet): string | null {
  return packet.ipVersion !== 0 ? destinationOf(packet) : linkDestination(packet);
}

const paths = new Map<string, readonly string[]>();

/** Names of the layers from the outside, without those quoted inside an ICMP error. */
export function layersOf(packet: Packet): readonly string[] {
  const { layerCount, layerProtocol, layerQuoted } = packet;
  let key = '';
  for (let layer = 0; layer < layerCount; layer++) {
    if (layerQuoted[layer] === 0) key += String.fromCharCode(layerProtocol[layer]!);
  }
  const known = paths.get(key);
  if (known !== undefined) return known;
  const names = Array.from(key, (character) => REGISTRY.byId[character.charCodeAt(0)]?.name ?? '');
  if (paths.size < MOST_PATHS) paths.set(key, names);
  return names;
}

const ORDER: Readonly<Record<Expert['severity'], number>> = { error: 0, warn: 1, note: 2, chat: 3 };

/** The gravest severity of the packet's expert items; null without any. */
export function severityOf(packet: Packet): Expert['severity'] | null {
  let gravest: Expert['severity'] | null = null;
  for (let index = 0; index < packet.expertCount; index++) {
    const { severity } = EXPERTS[packet.experts[index]!]!;
    if (gravest === null || ORDER[severity] < ORDER[gravest]) gravest = severity;
  }
  return gravest;
}

const NONE: readonly string[] = [];

/** Ids of the packet's expert items. */
export function expertsOf(packet: Packet): readonly string[] {
  if (packet.expertCount === 0) return NONE;
  const ids: string[] = [];
  for (let index = 0; index < packet.expertCount; index++) ids.push(EXPERTS[packet.experts[index]!]!.id);
  return ids;
}
