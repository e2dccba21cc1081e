import { u16 } from './bytes.ts';
import { END, NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import { ppp } from './ppp.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// RFC 2661, 3.1: flags and version (2), length (2, if flagged), tunnel (2), session (2), numbers (4, if flagged), offset
// (2, if flagged, and as many bytes as it says).
const CONTROL = 0x8000;
const LENGTH = 0x4000;
const SEQUENCE = 0x0800;
const OFFSET = 0x0200;
const VERSION = 0x000f;
const SHORTEST = 6;
// RFC 3931, 4.1.1: version 3 on IP begins with a session (4), and does not say what it carries.
const L2TP = 115;
const SESSION = 4;

export const l2tp = protocol({
  name: 'l2tp',
  about: 'Layer 2 Tunneling Protocol',
  udpPorts: [1701],
  ipProtocols: [L2TP],
  isTunnel: true,
  datagram(packet: Packet): number {
    const { bytes, offset, end } = packet;
    if (end - offset < SHORTEST) return NOT_MINE;
    const flags = u16(bytes, offset);
    if ((flags & VERSION) !== 2) return NOT_MINE;
    packet.push(l2tp.id);
    if ((flags & CONTROL) !== 0) return END;
    let at = offset + 2;
    if ((flags & LENGTH) !== 0) {
      packet.endAfter(u16(bytes, at));
      at += 2;
    }
    at += 4;
    if ((flags & SEQUENCE) !== 0) at += 4;
    if ((flags & OFFSET) !== 0) {
      if (at + 2 > packet.end) return packet.short();
      at += 2 + u16(bytes, at);
    }
    if (at > packet.end) return packet.short();
    packet.offset = at;
    return at === packet.end ? END : ppp.id;
  },
  dissect: (packet) => (packet.end - packet.offset < SESSION ? packet.short() : END),
  info: (packet, layer) => kindOf(flagsOf(packet, layer)),
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const flags = flagsOf(packet, layer);
    if ((flags & VERSION) !== 2) return;
    out.field('Type', kindOf(flags));
    const at = packet.layerStart[layer]! + ((flags & LENGTH) !== 0 ? 4 : 2);
    if (at + 4 > packet.layerEnd[layer]!) return;
    out.field('Tunnel ID', u16(packet.layerBytes[layer]!, at));
    out.field('Session ID', u16(packet.layerBytes[layer]!, at + 2));
  },
});

function kindOf(flags: number): string {
  if ((flags & VERSION) !== 2) return 'L2TPv3';
  return (flags & CONTROL) !== 0 ? 'Control Message' : 'Data Message';
}

function flagsOf(packet: Packet, layer: number): number {
  return u16(packet.layerBytes[layer]!, packet.layerStart[layer]!);
}
