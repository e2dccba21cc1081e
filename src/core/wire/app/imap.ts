import { latin1, startsWith } from '../bytes.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type Dissection, protocol } from '../protocol.ts';
import { decimal, find, lineEnd, nextLine } from './text-line.ts';
import { firstLine, isWord, LONGEST_LINE } from './text-lines.ts';
import { startTls } from './tls/tls.ts';

// RFC 9051, 2.2.1: a tag stands before each command and each final answer, `*` before all other answers.
const PORT = 143;
const STAR = 0x2a;
const MOST_LINES = 4096;
/** FETCH is looked for among so many words after `*`. */
const MOST_WORDS = 3;

const LONGEST_TAG = 64;

class ImapState {
  /** Of the STARTTLS that waits for its answer, with the blank behind it. */
  tag: string | null = null;
}

export const imap = protocol({
  name: 'imap',
  about: 'Internet Message Access Protocol',
  tcpPorts: [PORT],
  segment(packet: Packet, dissection: Dissection): boolean {
    const flow = packet.flow!;
    if (!(flow.applicationState instanceof ImapState)) flow.applicationState = new ImapState();
    const state = flow.applicationState as ImapState;
    const { bytes, end } = packet;
    if (lineEnd(bytes, packet.offset, end, true) < 0) return waitForLine(packet, packet.offset);
    packet.push(imap.id);
    for (let lines = 0; packet.offset < end && lines < MOST_LINES; lines++) {
      const at = packet.offset;
      const stop = lineEnd(bytes, at, end, true);
      if (stop < 0) return waitForLine(packet, at);
      let next = nextLine(bytes, stop, end);
      if (bytes[at] === STAR) {
        const items = afterFetch(bytes, at, stop);
        if (items > 0) next = afterMessage(bytes, items, next, end);
        if (next < 0) return waitFrom(packet, at);
      } else if (followStartTls(packet, state, at, stop)) {
        startTls(packet, next, dissection);
        return true;
      }
      packet.offset = next;
    }
    packet.offset = end;
    return true;
  },
  info: (packet, layer) => `${isAnswer(packet) ? 'S' : 'C'}: ${firstLine(packet, layer)}`,
});

const isAnswer = (packet: Packet): boolean =>
  packet.srcPort === PORT || (packet.dstPort !== PORT && packet.direction === 1);

function waitForLine(packet: Packet, offset: number): boolean {
  return waitFrom(packet, packet.end - offset > LONGEST_LINE ? packet.end : offset);
}

function waitFrom(packet: Packet, offset: number): boolean {
  packet.offset = packet.canWait ? offset : packet.end;
  if (packet.offset < packet.end) packet.needed = NEED_SEGMENT;
  return true;
}

/** The offset after the word FETCH in an answer about messages (RFC 9051, 7.5.2); 0 in others. */
function afterFetch(bytes: Uint8Array, start: number, stop: number): number {
  let at = start + 1;
  for (let words = 0; at < stop && words < MOST_WORDS; ) {
    const space = find(bytes, 0x20, at, stop);
    if (space < 0) return 0;
    if (space > at) {
      if (isWord(bytes, at, stop, 'FETCH')) return space;
      words++;
    }
    at = space + 1;
  }
  return 0;
}

/**
 * Where the line after a message begins: its items stand in parentheses, and the literal `{count}` among them is followed
 * by so many bytes behind the line (RFC 9051, 4.3). -1 when not all of that is there.
 */
function afterMessage(bytes: Uint8Array, from: number, next: number, end: number): number {
  const reach = Math.min(end, from + LONGEST_LINE);
  const notThere = reach < end ? next : -1;
  const open = find(bytes, 0x28, from, reach);
  if (open < 0 || open + 1 >= end) return notThere;
  const brace = find(bytes, 0x7b, open, reach);
  if (brace < 0) {
    const stop = lineEnd(bytes, open, reach, true);
    return stop < 0 ? notThere : nextLine(bytes, stop, reach);
  }
  const close = find(bytes, 0x7d, brace + 1, reach);
  if (close < 0) return notThere;
  const count = decimal(bytes, brace + 1, close);
  if (count < 0 || close + count >= end) return -1;
  return find(bytes, 0x29, close + count, end) < 0 ? -1 : next + count;
}

/** Remembers a STARTTLS. True for the line that grants it: TLS begins behind that (RFC 9051, 6.2.1). */
function followStartTls(packet: Packet, state: ImapState, start: number, stop: number): boolean {
  const { bytes } = packet;
  if (isAnswer(packet)) {
    const { tag } = state;
    if (tag === null || !startsWith(bytes, start, stop, tag)) return false;
    state.tag = null;
    return isWord(bytes, start + tag.length, stop, 'OK');
  }
  const word = find(bytes, 0x20, start, Math.min(stop, start + LONGEST_TAG)) + 1;
  if (word > 0 && isWord(bytes, word, stop, 'STARTTLS')) state.tag = latin1(bytes, start, word);
  return false;
}
