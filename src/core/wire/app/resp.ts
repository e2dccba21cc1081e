import { latin1 } from '../bytes.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { afterLine, firstLine, LONGEST_LINE } from './text-lines.ts';

// redis.io, RESP: a type (1), a line; bulk strings carry their length, arrays the number of their elements.
const STAR = 0x2a;
const DOLLAR = 0x24;
const PLUS = 0x2b;
const MINUS = 0x2d;
const PORT = 6379;
const TYPES = '+-:$*_#,(!=%~>';
const MOST_ELEMENTS = 1024 * 1024;
const LONGEST_BULK = 512 * 1024 * 1024;
const MOST_DEPTH = 32;
const MOST_SHOWN = 8;
const LONGEST_SHOWN = 256;

/** For each direction, of a value that goes on: how many values are still to come at each depth. */
class RespState {
  readonly left: [number[] | null, number[] | null] = [null, null];
}

/** Where reading values stands. */
interface Cursor {
  at: number;
  /** When it has stopped: how many bytes are missing there, or NEED_SEGMENT; 0 for none. */
  missing: number;
}

/** One for all segments, so that none allocates it. */
const CURSOR: Cursor = { at: 0, missing: 0 };

export const resp = protocol({
  name: 'resp',
  title: 'RESP',
  about: 'REdis Serialization Protocol',
  tcpPorts: [PORT],
  segment(packet: Packet): boolean {
    const { bytes, end } = packet;
    if (!TYPES.includes(String.fromCharCode(bytes[packet.offset]!))) return false;
    packet.push(resp.id); // tshark shows it for the parts of a value too
    const flow = packet.flow!;
    if (!(flow.applicationState instanceof RespState)) flow.applicationState = new RespState();
    const state = flow.applicationState as RespState;
    const { direction } = packet;
    while (packet.offset < end) {
      const start = packet.offset;
      const afterFirst = afterLine(bytes, start, Math.min(end, start + LONGEST_LINE));
      const resumes = packet.elided > 0 && state.left[direction] !== null;
      const left = resumes ? state.left[direction]! : [1];
      packet.elided = 0;
      CURSOR.at = resumes ? afterFirst : start;
      readValues(bytes, CURSOR, end, left);
      const { at, missing } = CURSOR;
      if (missing !== 0 && packet.canWait) {
        packet.needed = missing;
        if (afterFirst < 0 || at <= afterFirst) return true;
        // what was read is not needed again, so that a long array costs no more than its bytes
        packet.discardFrom = afterFirst;
        packet.discardTo = at;
        state.left[direction] = left;
        return true;
      }
      packet.offset = left.length === 0 ? at : end;
    }
    return true;
  },
  info: (packet, layer) => `${packet.dstPort === PORT ? 'Request' : 'Response'}: ${wordsOf(packet, layer)}`,
});

/**
 * Moves the cursor over as many values as `left` says, and leaves there what is still to come. As in Wireshark an array is not
 * waited for where a segment ends behind one of its elements: those that follow stand for themselves.
 */
function readValues(bytes: Uint8Array, cursor: Cursor, end: number, left: number[]): void {
  cursor.missing = 0;
  while (left.length > 0) {
    const depth = left.length - 1;
    if (left[depth] === 0) {
      left.pop();
      continue;
    }
    const { at } = cursor;
    if (at >= end) {
      left.length = 0;
      return;
    }
    const type = bytes[at]!;
    const lineReach = Math.min(end, at + LONGEST_LINE);
    const line = afterLine(bytes, at, lineReach);
    if (line < 0) {
      if (lineReach === end) cursor.missing = NEED_SEGMENT;
      return;
    }
    let next = line;
    let elements = 0;
    if (type === STAR || type === DOLLAR) {
      const count = readNumber(bytes, at + 1, line - 2);
      if (Number.isNaN(count) || count > (type === STAR ? MOST_ELEMENTS : LONGEST_BULK)) return;
      if (type === STAR) elements = Math.max(0, count);
      else if (count >= 0) next = line + count + 2;
    }
    if (next > end || (elements > 0 && depth === MOST_DEPTH)) {
      if (next > end) cursor.missing = depth === 0 ? next - end : NEED_SEGMENT;
      return;
    }
    cursor.at = next;
    left[depth]!--;
    if (elements > 0) left.push(elements);
  }
}

function readNumber(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 1 || end - start > 12) return Number.NaN;
  const negative = bytes[start] === MINUS;
  let value = 0;
  for (let index = negative ? start + 1 : start; index < end; index++) {
    const digit = bytes[index]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** `SET key value` for a command, whose words are bulk strings; of answers that are arrays only how long they are. */
function wordsOf(packet: Packet, layer: number): string {
  const bytes = packet.layerBytes[layer]!;
  const end = packet.layerEnd[layer]!;
  const start = packet.layerStart[layer]!;
  const line = firstLine(packet, layer);
  const type = bytes[start];
  if (type === PLUS) return line.slice(1);
  if (type === MINUS) return `Error: ${line.slice(1)}`;
  if (type === STAR && packet.dstPort !== PORT) return `Array(${line.slice(1)})`;
  if (type !== STAR && type !== DOLLAR) return line;
  const words: string[] = [];
  let next = type === STAR ? afterLine(bytes, start, end) : start;
  while (next > 0 && next < end && bytes[next] === DOLLAR && words.length < MOST_SHOWN) {
    const text = afterLine(bytes, next, end);
    const length = text < 0 ? Number.NaN : readNumber(bytes, next + 1, text - 2);
    if (Number.isNaN(length) || length < 0) break;
    words.push(latin1(bytes, text, Math.min(end, text + Math.min(length, LONGEST_SHOWN))));
    next = text + length + 2;
  }
  return words.length > 0 ? words.join(' ') : line;
}
