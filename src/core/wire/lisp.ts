import { u24 } from './bytes.ts';
import { eth } from './eth.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { nsh } from './nsh.ts';
import { END, NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// RFC 9300, 5.2: flags (1), nonce or versions (3), instance and locators (4). RFC 9305, 3: with the flag P, the fourth byte
// names what follows.
const HEADER = 8;
const INSTANCE = 0x08;
const NEXT_PROTOCOL = 0x04;
// RFC 9301, 5: a type in the first four bits.
const ENCAPSULATED = 8;
const CONTROL_HEADER = 4;
const MESSAGES: Readonly<Record<number, string>> = {
  1: 'Map-Request',
  2: 'Map-Reply',
  3: 'Map-Register',
  4: 'Map-Notify',
  5: 'Map-Notify-Ack',
  6: 'Map-Referral',
  8: 'Encapsulated Control Message',
};

export const lispData = protocol({
  name: 'lisp-data',
  title: 'LISP',
  about: 'Locator/ID Separation Protocol (Data)',
  udpPorts: [4341],
  isTunnel: true,
  datagram(packet: Packet): number {
    const { bytes, offset, end } = packet;
    if (end - offset < HEADER) return NOT_MINE;
    packet.push(lispData.id);
    packet.offset = offset + HEADER;
    if (end === packet.offset) return END;
    if ((bytes[offset]! & NEXT_PROTOCOL) !== 0) {
      const next = bytes[offset + 3];
      return next === 1 ? ip.id : next === 2 ? ipv6.id : next === 3 ? eth.id : next === 4 ? nsh.id : END;
    }
    const nibble = bytes[packet.offset]! >> 4;
    return nibble === 4 ? ip.id : nibble === 6 ? ipv6.id : END;
  },
  info: () => 'LISP Encapsulation Header',
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if ((bytes[start]! & INSTANCE) !== 0) out.field('Instance ID', u24(bytes, start + 4));
  },
});

export const lisp = protocol({
  name: 'lisp',
  about: 'Locator/ID Separation Protocol',
  udpPorts: [4342],
  isTunnel: true,
  datagram(packet: Packet): number {
    const { bytes, offset, end } = packet;
    if (end - offset < CONTROL_HEADER || MESSAGES[bytes[offset]! >> 4] === undefined) return NOT_MINE;
    packet.push(lisp.id);
    if (bytes[offset]! >> 4 !== ENCAPSULATED || end - offset === CONTROL_HEADER) return END;
    packet.offset = offset + CONTROL_HEADER;
    const nibble = bytes[packet.offset]! >> 4;
    return nibble === 4 ? ip.id : nibble === 6 ? ipv6.id : END;
  },
  info: (packet, layer) => MESSAGES[packet.layerBytes[layer]![packet.layerStart[layer]!]! >> 4] ?? 'LISP',
});
