import { type Packet, WANT_SEGMENT } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { afterLine, firstLine } from './text-lines.ts';

// redis.io, RESP: a type (1), a line; bulk strings carry their length, arrays the number of their elements.
const STAR = 0x2a;
const DOLLAR = 0x24;
const TYPES = '+-:$*_#,(!=%~>';
const MOST_ELEMENTS = 1024 * 1024;
const MOST_DEPTH = 8;

/** Where the value read last ended. */
let after = 0;
/** How many more bytes the value needs, or WANT_SEGMENT. */
let missing = 0;

export const resp = protocol({
  name: 'resp',
  title: 'RESP',
  about: 'REdis Serialization Protocol',
  tcpPorts: [6379],
  segment(packet: Packet): boolean {
    const { bytes, end } = packet;
    if (!TYPES.includes(String.fromCharCode(bytes[packet.offset]!))) return false;
    packet.push(resp.id); // tshark shows it for the parts of a value too
    while (packet.offset < end) {
      if (!readValue(bytes, packet.offset, end, 0)) {
        if (packet.canWait && missing !== 0) {
          packet.wanted = missing;
          return true;
        }
        after = end;
      }
      packet.offset = after;
    }
    return true;
  },
  info: (packet, layer) => `${packet.dstPort === 6379 ? 'Request' : 'Response'}: ${firstLine(packet, layer)}`,
});

/** Passes over one value; false when it is not whole (`missing` tells) or is none (`missing` is 0). */
function readValue(bytes: Uint8Array, start: number, end: number, depth: number): boolean {
  const type = bytes[start]!;
  const line = afterLine(bytes, start, end);
  missing = WANT_SEGMENT;
  if (line < 0) return false;
  if (type !== STAR && type !== DOLLAR) {
    after = line;
    return true;
  }
  const count = readNumber(bytes, start + 1, line - 2);
  if (Number.isNaN(count) || depth > MOST_DEPTH || count > MOST_ELEMENTS * 512) {
    missing = 0;
    return false;
  }
  after = line;
  if (count < 0) return true;
  if (type === DOLLAR) {
    after = line + count + 2;
    missing = after - end;
    return after <= end;
  }
  for (let index = 0; index < count; index++) {
    if (after >= end) {
      missing = WANT_SEGMENT;
      return false;
    }
    if (!readValue(bytes, after, end, depth + 1)) return false;
  }
  return true;
}

function readNumber(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 1 || end - start > 12) return Number.NaN;
  const negative = bytes[start] === 0x2d;
  let value = 0;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}
