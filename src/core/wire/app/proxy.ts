import { formatIpv4, formatIpv6 } from '../../net/ip-address.ts';
import { i32, startsWith, u16 } from '../bytes.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';
import { find } from './text-line.ts';
import { firstLine } from './text-lines.ts';

// "The PROXY protocol" of HAProxy, 2.1: a line of text, with its end at most 107 bytes.
const MAGIC_1 = 'PROXY ';
const LONGEST_LINE = 107;
const FAMILIES_1: readonly string[] = ['TCP4 ', 'TCP6 ', 'UNKNOWN'];
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
// 2.2: signature (12), version and command (1), family and transport (1), length of what follows (2).
const MAGIC_2 = '\r\n\r\n\0\r\nQUIT\n';
const HEADER_2 = 16;
const VERSION_AND_COMMAND = 12;
const FAMILY = 13;
const LENGTH = 14;
const VERSION_2 = 2;
const COMMANDS: readonly string[] = ['LOCAL', 'PROXY'];
const FAMILIES_2: readonly string[] = ['UNSPEC', 'IPv4', 'IPv6', 'UNIX'];
const TRANSPORTS: readonly string[] = ['UNSPEC', 'STREAM', 'DGRAM'];
const IPV4 = 1;
const IPV6 = 2;
/** What follows `PROXY`, in this order. */
const WORDS = ['Protocol', 'Source Address', 'Destination Address', 'Source Port', 'Destination Port'] as const;
/** So much of either signature no other protocol begins with: `PROP` is a method of HTTP, empty lines may precede one. */
const LEAST_1 = 4;
const LEAST_2 = 5;

/** What a proxy puts before the bytes of the client that it speaks for. */
export const proxy = protocol({
  name: 'proxy',
  about: 'PROXY Protocol',
  segment(packet: Packet): boolean {
    const { bytes, offset, end } = packet;
    const length = bytes[offset] === MAGIC_1.charCodeAt(0) ? lengthOfLine(packet) : lengthOfHeader(packet);
    if (packet.needed !== 0) return true;
    if (length === 0) return false;
    packet.push(proxy.id);
    packet.offset = Math.min(end, offset + length);
    packet.layerEnd[packet.layerCount - 1] = packet.offset;
    return true;
  },
  segmentBegins: (packet, isStart) => isStart && (begins(packet, MAGIC_1, LEAST_1) || begins(packet, MAGIC_2, LEAST_2)),
  precedesStream: true,
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    if (bytes[start] === MAGIC_1.charCodeAt(0)) return firstLine(packet, layer);
    if (end - start < HEADER_2) return 'PROXY v2';
    return `PROXY v2 ${commandOf(bytes, start)} ${familyOf(bytes, start)} ${transportOf(bytes, start)}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    if (bytes[start] === MAGIC_1.charCodeAt(0)) {
      out.field('Version', 1);
      const words = firstLine(packet, layer).split(' ');
      WORDS.forEach((name, index) => {
        if (words[index + 1] !== undefined) out.field(name, words[index + 1]!);
      });
      return;
    }
    if (end - start < HEADER_2) return;
    out.field('Version', VERSION_2);
    out.field('Command', commandOf(bytes, start));
    out.field('Address Family', familyOf(bytes, start));
    out.field('Transport', transportOf(bytes, start));
    out.field('Length', u16(bytes, start + LENGTH));
    writeAddresses(bytes, start, end, out);
  },
});

/** Whether the bytes are `magic`, or at least `least` bytes of it. */
function begins({ bytes, offset, end }: Packet, magic: string, least: number): boolean {
  const length = Math.min(end - offset, magic.length);
  if (length < least) return false;
  for (let index = 0; index < length; index++) if (bytes[offset + index] !== magic.charCodeAt(index)) return false;
  return true;
}

/** Of the line of version 1; 0 for a line that is none. Says in `packet.needed` that its end is to come. */
function lengthOfLine(packet: Packet): number {
  const { bytes, offset, end } = packet;
  const stop = Math.min(end, offset + LONGEST_LINE);
  const last = find(bytes, LINE_FEED, offset, stop);
  if (last < 0) {
    if (end - offset >= LONGEST_LINE) return 0;
    if (packet.canWait) packet.needed = NEED_SEGMENT;
    return hasFamily(packet) ? end - offset : 0;
  }
  return bytes[last - 1] === CARRIAGE_RETURN && hasFamily(packet) ? last + 1 - offset : 0;
}

function hasFamily({ bytes, offset, end }: Packet): boolean {
  for (let index = 0; index < FAMILIES_1.length; index++) {
    if (startsWith(bytes, offset + MAGIC_1.length, end, FAMILIES_1[index]!)) return true;
  }
  return false;
}

/** Of the header of version 2, whose bytes may not all be there; 0 for another version. */
function lengthOfHeader(packet: Packet): number {
  const { bytes, offset, end } = packet;
  const left = end - offset;
  if (left < HEADER_2) {
    if (packet.canWait) packet.needed = HEADER_2 - left;
    return left;
  }
  if (bytes[offset + VERSION_AND_COMMAND]! >> 4 !== VERSION_2) return 0;
  const length = HEADER_2 + u16(bytes, offset + LENGTH);
  if (left < length && packet.canWait) packet.needed = length - left;
  return length;
}

function commandOf(bytes: Uint8Array, start: number): string {
  const command = bytes[start + VERSION_AND_COMMAND]! & 15;
  return COMMANDS[command] ?? `command ${command}`;
}

function familyOf(bytes: Uint8Array, start: number): string {
  const family = bytes[start + FAMILY]! >> 4;
  return FAMILIES_2[family] ?? `family ${family}`;
}

function transportOf(bytes: Uint8Array, start: number): string {
  const transport = bytes[start + FAMILY]! & 15;
  return TRANSPORTS[transport] ?? `transport ${transport}`;
}

function writeAddresses(bytes: Uint8Array, start: number, end: number, out: FieldWriter): void {
  const family = bytes[start + FAMILY]! >> 4;
  const size = family === IPV4 ? 4 : family === IPV6 ? 16 : 0;
  const at = start + HEADER_2;
  const ports = at + 2 * size;
  if (size === 0 || ports + 4 > end) return;
  const text = (place: number): string => (family === IPV4 ? formatIpv4(i32(bytes, place)) : formatIpv6(bytes, place));
  out.field('Source Address', text(at));
  out.field('Destination Address', text(at + size));
  out.field('Source Port', u16(bytes, ports));
  out.field('Destination Port', u16(bytes, ports + 2));
}
