import { u16, u32 } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// IEEE 802.1AE, 9.3: control and association (1), short length (1), packet number (4), the channel (8) when flagged. Without
// encryption the type or length of what is protected follows (2), and at the end of the frame its check value.
const TAG = 6;
const CHANNEL_PRESENT = 0x20;
const CHANNEL = 8;
const ENCRYPTED_OR_CHANGED = 0x0c;
const SHORT_LENGTH = 0x3f;
const TYPE = 2;
const CHECK_VALUE = 16;

export const macsec = protocol({
  name: 'macsec',
  title: 'MACsec',
  about: '802.1AE Security tag',
  etherTypes: [0x88e5],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < TAG) return packet.short();
    const control = bytes[offset]!;
    const header = (control & CHANNEL_PRESENT) !== 0 ? TAG + CHANNEL : TAG;
    if (packet.end - offset < header) return packet.short();
    packet.offset = offset + header;
    if ((control & ENCRYPTED_OR_CHANGED) !== 0) return END;
    const short = bytes[offset + 1]! & SHORT_LENGTH;
    const length = packet.reportedEnd - packet.offset - CHECK_VALUE;
    if (length < TYPE) return packet.broken();
    packet.endAfter(short >= TYPE && short < length ? short : length);
    if (packet.end - packet.offset < TYPE) return packet.short();
    packet.offset += TYPE;
    return dissection.typeOrLength(packet, u16(bytes, packet.offset - TYPE));
  },
  info: () => 'MACsec frame',
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < TAG) return;
    out.field('Association number', bytes[start]! & 3);
    out.field('Encrypted', (bytes[start]! & 0x08) !== 0);
    out.field('Packet number', u32(bytes, start + 2));
  },
});
