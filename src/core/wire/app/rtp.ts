import { u16, u32 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../protocol.ts';
import { rtcp, srtcp } from './rtcp.ts';
import { stun } from './stun.ts';

// RFC 3550, 5.1: version, padding, extension, sources (1), marker and type (1), sequence (2), time (4), source (4).
const HEADER = 12;
const EXTENSION = 0x10;
const MARKER = 0x80;
/** With the marker, these payload types are RTCP (RFC 5761, 4). */
const FIRST_RTCP = 64;
const LAST_RTCP = 95;
const TYPES: Readonly<Record<number, string>> = {
  0: 'ITU-T G.711 PCMU',
  3: 'GSM 06.10',
  4: 'ITU-T G.723',
  8: 'ITU-T G.711 PCMA',
  9: 'ITU-T G.722',
  13: 'Comfort noise',
  18: 'ITU-T G.729',
  26: 'JPEG-compressed video',
  31: 'ITU-T H.261',
  33: 'MPEG-II transport streams',
  34: 'ITU-T H.263',
};

/** Found only where SDP, RTSP or DTLS announced it; the port of a flow with DTLS or STUN too (RFC 7983). */
export const rtp = protocol({
  name: 'rtp',
  about: 'Real-Time Transport Protocol',
  datagram(packet: Packet, dissection: Dissection): number {
    const { bytes, offset, end } = packet;
    if (end === offset) return NOT_MINE;
    const first = bytes[offset]!;
    const version = first >> 6;
    if (version === 2) {
      if (end - offset < 2) return NOT_MINE;
      const type = bytes[offset + 1]! & ~MARKER;
      if ((bytes[offset + 1]! & MARKER) !== 0 && type >= FIRST_RTCP && type <= LAST_RTCP) {
        if (packet.flow?.applicationState !== SECURE) return rtcp.datagram!(packet, dissection);
        packet.push(srtcp.id);
        return END;
      }
    }
    packet.push(rtp.id);
    if (version === 0 && first < 4) return asLayer(stun.datagram!(packet, dissection));
    if (version === 0) return asLayer(dissection.registry.byName.get('dtls')?.datagram?.(packet, dissection) ?? END);
    if (version === 2 && headerLength(bytes, offset, end) > end - offset) return packet.short();
    return END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return 'RTP';
    const type = bytes[start + 1]! & ~MARKER;
    const mark = (bytes[start + 1]! & MARKER) !== 0 ? ', Mark' : '';
    const source = u32(bytes, start + 8)
      .toString(16)
      .toUpperCase();
    const name = TYPES[type] ?? `DynamicRTP-Type-${type}`;
    return `PT=${name}, SSRC=0x${source}, Seq=${u16(bytes, start + 2)}, Time=${u32(bytes, start + 4)}${mark}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Version', bytes[start]! >> 6);
    out.field('Payload type', bytes[start + 1]! & ~MARKER);
    out.field('Sequence number', u16(bytes, start + 2));
    out.field('Timestamp', u32(bytes, start + 4));
    out.field('Synchronization Source identifier', `0x${u32(bytes, start + 8).toString(16)}`);
  },
});

/** `applicationState` of a flow whose RTP is encrypted with keys from DTLS (RFC 5764). */
export const SECURE = Symbol('SRTP');

/** What is not recognised inside is payload. */
function asLayer(next: number): number {
  return next === NOT_MINE ? END : next;
}

function headerLength(bytes: Uint8Array, offset: number, end: number): number {
  const sources = HEADER + 4 * (bytes[offset]! & 15);
  if ((bytes[offset]! & EXTENSION) === 0 || end - offset < sources + 4) return sources;
  return sources + 4 + 4 * u16(bytes, offset + sources + 2);
}
