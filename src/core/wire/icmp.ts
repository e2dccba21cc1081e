import { u16 } from './bytes.ts';
import { unreachable } from './expert.ts';
import { hex } from './hex.ts';
import { ip } from './ip.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// RFC 792: type (1), code (1), checksum (2), rest of the header (4).
const HEADER = 8;
const UNREACHABLE = 3;
/** Errors carry the packet they are about: unreachable, source quench, redirect, time exceeded, parameter problem. */
const QUOTES: ReadonlySet<number> = new Set([UNREACHABLE, 4, 5, 11, 12]);
const TYPES: Readonly<Record<number, string>> = {
  0: 'Echo (ping) reply',
  3: 'Destination unreachable',
  4: 'Source quench',
  5: 'Redirect',
  8: 'Echo (ping) request',
  9: 'Mobile IP Advertisement',
  10: 'Router solicitation',
  11: 'Time-to-live exceeded',
  12: 'Parameter problem',
  13: 'Timestamp request',
  14: 'Timestamp reply',
  17: 'Address mask request',
  18: 'Address mask reply',
};
/** IANA, ICMP Parameters: codes of the errors. */
const CODES: Readonly<Record<number, readonly string[]>> = {
  3: [
    'Network unreachable',
    'Host unreachable',
    'Protocol unreachable',
    'Port unreachable',
    'Fragmentation needed',
    'Source route failed',
    'Destination network unknown',
    'Destination host unknown',
    'Source host isolated',
    'Network administratively prohibited',
    'Host administratively prohibited',
    'Network unreachable for TOS',
    'Host unreachable for TOS',
    'Communication administratively filtered',
    'Host precedence violation',
    'Precedence cutoff in effect',
  ],
  5: ['Redirect for network', 'Redirect for host', 'Redirect for TOS and network', 'Redirect for TOS and host'],
  11: ['Time to live exceeded in transit', 'Fragment reassembly time exceeded'],
  12: ['Pointer indicates the error', 'Required option missing', 'Bad length'],
};

export const icmp = protocol({
  name: 'icmp',
  about: 'Internet Control Message Protocol',
  ipProtocols: [1],
  dissect(packet: Packet, _dissector: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.end - offset < 4 ? packet.short() : END;
    const type = bytes[offset]!;
    packet.offset = offset + HEADER;
    if (!QUOTES.has(type) || packet.quoted) return END;
    if (type === UNREACHABLE) packet.expert(unreachable.number);
    if (packet.end === packet.offset) return END;
    packet.quoted = true;
    return ip.id;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const type = bytes[start] ?? 0;
    const code = bytes[start + 1] ?? 0;
    const name = TYPES[type] ?? `Type ${type}`;
    if (type === 0 || type === 8) {
      return `${name}  id=${hex(u16(bytes, start + 4), 4)}, seq=${u16(bytes, start + 6)}`;
    }
    const meaning = CODES[type]?.[code];
    return meaning === undefined && code === 0 ? name : `${name} (${meaning ?? `code ${code}`})`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < 4) return;
    out.field('Type', `${bytes[start]!} (${TYPES[bytes[start]!] ?? 'unknown'})`);
    out.field('Code', bytes[start + 1]!);
    out.field('Checksum', hex(u16(bytes, start + 2), 4));
  },
});
