import { dtls } from './app/tls/dtls.ts';
import { i32, u16 } from './bytes.ts';
import { eth } from './eth.ts';
import { INCOMPLETE } from './fragments.ts';
import { END, NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, type Protocol, protocol } from './protocol.ts';
import { continueWlan } from './wlan.ts';

// RFC 5415, 4.1: version and type (1), type 1 being DTLS behind three bytes more. 4.3: lengths, binding and flags (3),
// fragment (2), its offset in units of eight bytes (2), and what else the length of the header takes in.
const HEADER = 8;
const DTLS = 1;
const DTLS_HEADER = 4;
const NATIVE = 0x000100;
const FRAGMENT = 0x000080;
const LAST_FRAGMENT = 0x000040;
const KEEP_ALIVE = 0x000008;
const IEEE_802_11 = 1;

/** Shared by both channels: END when it is DTLS, else the flags, with the packet behind the header. */
function afterHeader(packet: Packet, dissection: Dissection, self: Protocol): number {
  const { bytes, offset } = packet;
  packet.push(self.id);
  if ((bytes[offset]! & 15) === DTLS) {
    packet.offset = offset + DTLS_HEADER;
    if (dissection.applications) dtls.datagram!(packet, dissection);
    return -1;
  }
  const length = (bytes[offset + 1]! >> 3) << 2;
  if (length < HEADER) packet.broken();
  else if (packet.end - offset < length) packet.short();
  else {
    packet.offset = offset + length;
    return i32(bytes, offset) & 0xffffff;
  }
  return -1;
}

const isMine = ({ bytes, offset, end }: Packet): boolean =>
  end - offset >= HEADER && bytes[offset]! >> 4 === 0 && (bytes[offset]! & 15) <= DTLS;

export const capwap: Protocol = protocol({
  name: 'capwap',
  title: 'CAPWAP-Control',
  about: 'Control And Provisioning of Wireless Access Points - Control',
  udpPorts: [5246],
  datagram(packet: Packet, dissection: Dissection): number {
    if (!isMine(packet)) return NOT_MINE;
    afterHeader(packet, dissection, capwap);
    return END;
  },
  info: () => 'CAPWAP-Control',
});

/** Frames of wireless stations between their access point and its controller. */
export const capwapData: Protocol = protocol({
  name: 'capwap.data',
  title: 'CAPWAP-Data',
  about: 'Control And Provisioning of Wireless Access Points - Data',
  udpPorts: [5247],
  isTunnel: true,
  datagram(packet: Packet, dissection: Dissection): number {
    if (!isMine(packet)) return NOT_MINE;
    const { bytes, offset } = packet;
    const flags = afterHeader(packet, dissection, capwapData);
    if (flags < 0 || (flags & KEEP_ALIVE) !== 0) return END;
    if ((flags & FRAGMENT) !== 0) {
      const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = packet;
      const key = `capwap ${src0} ${src1} ${src2} ${src3} ${dst0} ${dst1} ${dst2} ${dst3} ${packet.srcPort} ${packet.dstPort} ${u16(bytes, offset + 4)}`;
      const more = (flags & LAST_FRAGMENT) === 0;
      if (dissection.fragments.add(packet, key, u16(bytes, offset + 6) & 0xfff8, more, 0) === INCOMPLETE) return END;
    }
    if (packet.offset === packet.end) return END;
    if ((flags & NATIVE) === 0) return eth.id;
    return ((flags >> 9) & 31) === IEEE_802_11 ? continueWlan(packet, dissection) : END;
  },
  info: () => 'CAPWAP-Data',
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Header Length', (bytes[start + 1]! >> 3) << 2);
    out.field('Fragment ID', u16(bytes, start + 4));
    out.field('Fragment Offset', u16(bytes, start + 6) & 0xfff8);
  },
});
