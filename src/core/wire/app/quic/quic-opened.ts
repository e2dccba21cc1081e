import type { Packet } from '../../packet.ts';
import type { FieldWriter } from '../../protocol.ts';
import { CRYPTO, eachFrame } from './quic-frames.ts';

/** HTTP/3 frames that a STREAM frame carried; where its data lies in the packet. */
export interface CarriedFrames {
  readonly start: number;
  readonly end: number;
  readonly types: readonly number[];
}

/** A packet that was decrypted, as its texts tell it. */
export interface OpenedQuic {
  /** Initial, 0-RTT or Handshake; of a 1-RTT packet, which has no type, its texts make another. */
  readonly type: string;
  /** The ids, a character a byte; a short header has no source. */
  readonly destination: string;
  readonly source: string | null;
  readonly number: number;
  readonly keyPhase: number;
  readonly plain: Uint8Array;
  readonly carried: CarriedFrames[];
}

/** The packets of a datagram that were decrypted, by layer. */
class OpenedDatagram {
  readonly packet: number;
  readonly layers = new Map<number, OpenedQuic>();

  constructor(packet: number) {
    this.packet = packet;
  }
}

const datagrams = new WeakMap<Packet, OpenedDatagram>();

/** Nothing of the packet was decrypted yet. */
export function forgetOpened(packet: Packet): void {
  datagrams.delete(packet);
}

/** The packet of this layer was decrypted. */
export function noteOpened(packet: Packet, layer: number, opened: OpenedQuic): void {
  let known = datagrams.get(packet);
  if (known === undefined || known.packet !== packet.number) {
    known = new OpenedDatagram(packet.number);
    datagrams.set(packet, known);
  }
  known.layers.set(layer, opened);
}

/** Undefined for a layer that was not decrypted. */
export function openedAt(packet: Packet, layer: number): OpenedQuic | undefined {
  const known = datagrams.get(packet);
  return known?.packet === packet.number ? known.layers.get(layer) : undefined;
}

/** The HTTP/3 frames that begin where this layer does. */
export function carriedAt(packet: Packet, layer: number): CarriedFrames | undefined {
  const known = datagrams.get(packet);
  if (known?.packet !== packet.number) return undefined;
  for (const { plain, carried } of known.layers.values()) {
    // texts of a damaged packet are made with a copy of its bytes: places tell the layer, not the buffer
    const found = carried.find(
      ({ start, end }) => start === packet.layerStart[layer] && end === packet.layerEnd[layer],
    );
    if (found !== undefined && found.end <= plain.length) return found;
  }
  return undefined;
}

/** The name of an HTTP/3 frame (RFC 9114, 7.2; RFC 9218, 7.2). */
export function http3FrameName(type: number): string {
  return HTTP3_FRAMES.get(type) ?? (type % 0x1f === 0x21 % 0x1f ? 'Reserved' : `type 0x${type.toString(16)}`);
}
const HTTP3_FRAMES: ReadonlyMap<number, string> = new Map([
  [0, 'DATA'],
  [1, 'HEADERS'],
  [3, 'CANCEL_PUSH'],
  [4, 'SETTINGS'],
  [5, 'PUSH_PROMISE'],
  [7, 'GOAWAY'],
  [0xd, 'MAX_PUSH_ID'],
  [0xf0700, 'PRIORITY_UPDATE'],
  [0xf0701, 'PRIORITY_UPDATE'],
]);

const hexOf = (id: string): string => Buffer.from(id, 'latin1').toString('hex');

/** What Wireshark's summary line says of a decrypted packet. */
export function openedInfo(opened: OpenedQuic): string {
  const { type, destination, source, number, keyPhase, plain, carried } = opened;
  const parts = [source === null ? `Protected Payload (KP${keyPhase})` : type];
  if (destination !== '') parts.push(`DCID=${hexOf(destination)}`);
  if (source !== null && source !== '') parts.push(`SCID=${hexOf(source)}`);
  parts.push(`PKN: ${number}`);
  eachFrame(plain, (frame) => {
    if (!frame.isStream) {
      parts.push(frame.kind.short);
      return;
    }
    parts.push(`STREAM(${frame.values[0]!})`);
    const { start, end } = frame;
    const own = carried.find((one) => one.start === start && one.end === end);
    if (own !== undefined) parts.push(...own.types.map(http3FrameName));
  });
  return parts.join(', ');
}

/** What the layer says beyond its header. */
export function openedFields(
  { type, destination, source, number, keyPhase, plain }: OpenedQuic,
  out: FieldWriter,
): void {
  const isLong = source !== null;
  out.field('Header Form', isLong ? 'Long Header' : 'Short Header');
  if (isLong) out.field('Packet Type', type);
  else out.field('Key Phase', keyPhase);
  out.field('Destination Connection ID', hexOf(destination));
  if (isLong) out.field('Source Connection ID', hexOf(source));
  out.field('Packet Number', number);
  const isWhole = eachFrame(plain, (frame) => {
    const { kind, values, start, end, offset } = frame;
    if (frame.isStream) {
      const id = values[0]!;
      out.open(kind.name, `id=${id} fin=${frame.isFin ? 1 : 0} off=${offset} len=${end - start}`);
      out.field('Stream ID', id);
      out.field('Initiator', id % 2 === 0 ? 'Client' : 'Server');
      out.field('Direction', id % 4 < 2 ? 'Bidirectional' : 'Unidirectional');
      out.field('Offset', offset);
      out.field('Length', end - start);
      out.close();
      return;
    }
    out.open(kind.name);
    if (kind.name.startsWith('ACK')) out.field('Largest Acknowledged', values[0]!);
    else if (frame.type === CRYPTO) {
      out.field('Offset', offset);
      out.field('Length', end - start);
    } else if (kind.name === 'CONNECTION_CLOSE') out.field('Error Code', values[0]!);
    else if (kind.name === 'NEW_CONNECTION_ID') {
      out.field('Sequence Number', values[0]!);
      out.field('Connection ID', Buffer.from(plain.subarray(start, end)).toString('hex'));
    } else if (kind.integers === undefined) out.field('Length', end - start);
    else for (const [index, integer] of kind.integers.entries()) out.field(integer, values[index]!);
    out.close();
  });
  if (!isWhole) out.field('Malformed frame', true);
}
