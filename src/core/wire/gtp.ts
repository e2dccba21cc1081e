import { u16, u32 } from './bytes.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { END, NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// 3GPP TS 29.281, 5.1: version and flags (1), type (1), length (2), tunnel (4), and 4 more when a flag is set.
const HEADER = 8;
const OPTIONAL = 7;
const EXTENSION = 4;
const USER_DATA = 255;
const MOST_EXTENSIONS = 8;
/** First and last message types in use (3GPP TS 29.060, 7.1, table 1). */
const MESSAGE_TYPES = [1, 7, 16, 37, 48, 62, 70, 70, 96, 105, 112, 121, 128, 129, 240, 241, 254, 255];

function isMessageType(type: number): boolean {
  for (let index = 0; index < MESSAGE_TYPES.length; index += 2) {
    if (type >= MESSAGE_TYPES[index]! && type <= MESSAGE_TYPES[index + 1]!) return true;
  }
  return false;
}

/** 3GPP TS 32.295, 6.1: charging records, behind the header of GTP. */
export const gtpPrime = protocol({
  name: 'gtpprime',
  title: 'GTP Prime',
  about: "GPRS Tunneling Protocol Prime (GTP')",
  udpPorts: [3386],
  datagram(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < 6 || bytes[offset]! >> 5 > 1 || !isMessageType(bytes[offset + 1]!)) return NOT_MINE;
    packet.push(gtpPrime.id);
    return END;
  },
  info: (packet, layer) => `Message type ${packet.layerBytes[layer]![packet.layerStart[layer]! + 1]}`,
});

export const gtpv2 = protocol({ name: 'gtpv2', title: 'GTPv2', about: 'GPRS Tunneling Protocol V2' });

export const gtp = protocol({
  name: 'gtp',
  about: 'GPRS Tunneling Protocol',
  udpPorts: [2152, 2123],
  isTunnel: true,
  datagram(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return NOT_MINE;
    const version = bytes[offset]! >> 5;
    if (version === 2) {
      packet.push(gtpv2.id);
      return END;
    }
    if (version > 1 || !isMessageType(bytes[offset + 1]!)) return NOT_MINE;
    packet.push(gtp.id);
    if (version === 0) return END;
    packet.endAfter(HEADER + u16(bytes, offset + 2));
    let at = offset + HEADER;
    if ((bytes[offset]! & OPTIONAL) !== 0) {
      if (packet.end - at < 4) return packet.short();
      let next = (bytes[offset]! & EXTENSION) !== 0 ? bytes[at + 3]! : 0;
      at += 4;
      for (let count = 0; next !== 0; count++) {
        const length = at < packet.end ? bytes[at]! << 2 : 0;
        if (length === 0 || packet.end - at < length || count === MOST_EXTENSIONS) return packet.broken();
        at += length;
        next = bytes[at - 1]!;
      }
    }
    packet.offset = at;
    if (bytes[offset + 1] !== USER_DATA || at >= packet.end) return END;
    const nibble = bytes[at]! >> 4;
    return nibble === 4 ? ip.id : nibble === 6 ? ipv6.id : END;
  },
  info: (packet, layer) => `TEID 0x${u32(packet.layerBytes[layer]!, packet.layerStart[layer]! + 4).toString(16)}`,
});
