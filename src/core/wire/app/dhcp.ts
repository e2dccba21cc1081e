import { formatIpv4 } from '../../net/ip-address.ts';
import { i32, latin1, u32 } from '../bytes.ts';
import { formatMac } from '../mac-address.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';

// RFC 2131, 2: op (1), hardware type and length (1, 1), hops (1), transaction (4), … options behind 0x63825363.
const HEADER = 236;
const COOKIE = 0x63825363;
const MESSAGE_TYPE = 53;
const HOST_NAME = 12;
const REQUESTED_ADDRESS = 50;
const SERVER = 54;
const PAD = 0;
const LAST = 255;
const MOST_OPTIONS = 128;
const TYPES = ['', 'Discover', 'Offer', 'Request', 'Decline', 'ACK', 'NAK', 'Release', 'Inform'];

export const dhcp = protocol({
  name: 'dhcp',
  about: 'Dynamic Host Configuration Protocol',
  udpPorts: [67, 68],
  datagram(packet: Packet): number {
    if (packet.end === packet.offset) return NOT_MINE;
    packet.push(dhcp.id);
    return packet.end - packet.offset < HEADER ? packet.short() : END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const type = TYPES[bytes[option(packet, layer, MESSAGE_TYPE)] ?? 0] || 'Boot';
    return `DHCP ${type.padEnd(8)} - Transaction ID 0x${u32(bytes, start + 4).toString(16)}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Transaction ID', `0x${u32(bytes, start + 4).toString(16)}`);
    out.field('Client IP address', formatIpv4(i32(bytes, start + 12)));
    out.field('Your (client) IP address', formatIpv4(i32(bytes, start + 16)));
    out.field('Client MAC address', formatMac(bytes, start + 28));
    const type = option(packet, layer, MESSAGE_TYPE);
    if (type >= 0) out.field('DHCP Message Type', TYPES[bytes[type]!] ?? bytes[type]!);
    const name = option(packet, layer, HOST_NAME);
    if (name >= 0) out.field('Host Name', latin1(bytes, name, name + bytes[name - 1]!));
    for (const [label, code] of [
      ['Requested IP Address', REQUESTED_ADDRESS],
      ['Server Identifier', SERVER],
    ] as const) {
      const at = option(packet, layer, code);
      if (at >= 0 && bytes[at - 1] === 4) out.field(label, formatIpv4(i32(bytes, at)));
    }
  },
});

/** Where the value of an option begins, its length before it; -1 when it is not there, or not whole. */
function option(packet: Packet, layer: number, code: number): number {
  const bytes = packet.layerBytes[layer]!;
  const end = packet.layerEnd[layer]!;
  let at = packet.layerStart[layer]! + HEADER;
  if (at + 4 > end || u32(bytes, at) !== COOKIE) return -1;
  at += 4;
  for (let count = 0; at + 1 < end && bytes[at] !== LAST && count < MOST_OPTIONS; count++) {
    if (bytes[at] === PAD) {
      at++;
      continue;
    }
    const length = bytes[at + 1]!;
    if (at + 2 + length > end) return -1;
    if (bytes[at] === code) return at + 2;
    at += 2 + length;
  }
  return -1;
}
