import { u16, u32 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';

// RFC 3550, 6.4: version, padding and count (1), type (1), length in words less one (2), source (4).
const HEADER = 4;
const FIRST_TYPE = 192;
const LAST_TYPE = 213;
const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const BYE = 203;
const APPLICATION = 204;
const PAYLOAD_FEEDBACK = 206;
const NAMES: Readonly<Record<number, string>> = {
  200: 'Sender Report',
  201: 'Receiver Report',
  202: 'Source description',
  203: 'Goodbye',
  204: 'Application specific',
  205: 'Generic RTP Feedback',
  206: 'Payload-specific Feedback',
  207: 'Extended report (RFC 3611)',
};

export const rtcp = protocol({
  name: 'rtcp',
  about: 'Real-time Transport Control Protocol',
  datagram(packet: Packet): number {
    const { bytes, end } = packet;
    if (end - packet.offset < HEADER || bytes[packet.offset]! >> 6 !== 2) return NOT_MINE;
    let found = false;
    while (end - packet.offset >= HEADER) {
      const { offset } = packet;
      const type = bytes[offset + 1]!;
      if (type < FIRST_TYPE || type > LAST_TYPE) break;
      if (!packet.push(rtcp.id)) break;
      found = true;
      const length = (u16(bytes, offset + 2) + 1) * 4;
      if (length > end - offset) {
        packet.short();
        break;
      }
      packet.layerEnd[packet.layerCount - 1] = offset + length;
      packet.offset = offset + length;
    }
    return found ? END : NOT_MINE;
  },
  datagramLooksLike(packet: Packet): boolean {
    const { bytes, offset, end } = packet;
    if (end - offset < HEADER || bytes[offset]! >> 6 !== 2) return false;
    const type = bytes[offset + 1]!;
    const first = type === SENDER_REPORT || type === RECEIVER_REPORT || type === BYE || type === APPLICATION;
    return (first || type === PAYLOAD_FEEDBACK) && ((packet.reportedEnd - offset) & 3) === 0;
  },
  info(packet: Packet, layer: number): string {
    const type = packet.layerBytes[layer]![packet.layerStart[layer]! + 1]!;
    return NAMES[type] ?? `RTCP type ${type}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Packet type', `${NAMES[bytes[start + 1]!] ?? 'unknown'} (${bytes[start + 1]!})`);
    out.field('Length', u16(bytes, start + 2));
    if (packet.layerEnd[layer]! - start >= 8) out.field('Sender SSRC', `0x${u32(bytes, start + 4).toString(16)}`);
  },
});

/** RTCP under SRTP (RFC 3711, 3.4): only its first header is in clear. */
export const srtcp = protocol({ name: 'srtcp', about: 'Secure Real-time Transport Control Protocol' });
