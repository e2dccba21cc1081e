import { u16, u32 } from '../bytes.ts';
import type { Dissector } from '../dissector.ts';
import type { Packet } from '../packet.ts';
import { END, type FieldWriter, NOT_MINE, protocol } from '../protocol.ts';
import { dtls } from './dtls.ts';
import { rtcp } from './rtcp.ts';
import { stun } from './stun.ts';

// RFC 3550, 5.1: version, padding, extension, count (1), marker and type (1), sequence (2), time (4), source (4).
const HEADER = 12;
const PAYLOADS: Readonly<Record<number, string>> = {
  0: 'ITU-T G.711 PCMU',
  3: 'GSM 06.10',
  4: 'ITU-T G.723',
  8: 'ITU-T G.711 PCMA',
  9: 'ITU-T G.722',
  18: 'ITU-T G.729',
  26: 'JPEG-compressed video',
  31: 'ITU-T H.261',
  34: 'ITU-T H.263',
};

/** Media of a call: only where SDP announced it, for nothing in a packet proves what it is. */
export const rtp = protocol({
  name: 'rtp',
  about: 'Real-Time Transport Protocol',
  datagram(packet: Packet, dissector: Dissector): number {
    const { bytes, offset, end } = packet;
    if (end === offset) return NOT_MINE;
    const first = bytes[offset]!;
    // RFC 7983, 7: other protocols may share the port
    if (first < 4) return stun.datagram!(packet, dissector);
    if (first >= 20 && first < 64) return dtls.datagram!(packet, dissector);
    if (first >> 6 !== 2 || end - offset < HEADER) return NOT_MINE;
    if (bytes[offset + 1]! >= 192 && bytes[offset + 1]! <= 223) return rtcp.datagram!(packet, dissector);
    packet.push(rtp.id);
    return END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const type = bytes[start + 1]! & 0x7f;
    const ssrc = u32(bytes, start + 8)
      .toString(16)
      .toUpperCase();
    return `PT=${PAYLOADS[type] ?? `DynamicRTP-Type-${type}`}, SSRC=0x${ssrc}, Seq=${u16(bytes, start + 2)}, Time=${u32(bytes, start + 4)}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Payload type', PAYLOADS[bytes[start + 1]! & 0x7f] ?? bytes[start + 1]! & 0x7f);
    out.field('Sequence number', u16(bytes, start + 2));
    out.field('Timestamp', u32(bytes, start + 4));
    out.field('Synchronization Source identifier', `0x${u32(bytes, start + 8).toString(16)}`);
  },
});
