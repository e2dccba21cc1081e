import { type ScriptedSegment, tcpScript } from './tcp-script.ts';

/** Lines of `tcpScript`: a connection of A that sends to B, whose sequence numbers go on in steps of `LENGTH`. */
const LENGTH = 100;
const SEGMENTS_BEFORE_TROUBLE = 50;

export const OPENING = ['0 a S', '5 b SA ack=1', '9 a A seq=1 ack=1'];

/** So many segments of A, one in 10 ms, which B acknowledges at once. */
export const transfer = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, offset) => {
    const index = from + offset;
    const at = 10 * (index + 1);
    return [
      `${at} a PA seq=${1 + index * LENGTH} ack=1 len=${LENGTH}`,
      `${at + 1} b A seq=1 ack=${1 + (index + 1) * LENGTH} win=9000`,
    ];
  }).flat();

/** What happens around a segment that is sent again. */
export type Resend = 'lost' | 'acknowledged' | 'fast' | 'closed' | 'captured twice';

/** A connection with so many segments of A, of which so many are sent again 300 ms later, or at once. */
export function resending(segments: number, resent: number, how: Resend = 'lost'): readonly ScriptedSegment[] {
  const lines = [...OPENING, ...transfer(SEGMENTS_BEFORE_TROUBLE)];
  let at = 10 * (SEGMENTS_BEFORE_TROUBLE + 1) - 300;
  let seq = 1 + SEGMENTS_BEFORE_TROUBLE * LENGTH;
  for (let index = 0; index < resent; index++) {
    at += 300;
    lines.push(...around(how, at, seq));
    seq += LENGTH;
    at += 220;
  }
  return tcpScript([...lines, ...plain(at, seq, segments - SEGMENTS_BEFORE_TROUBLE - resent)].join('\n'));
}

const plain = (at: number, seq: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => [
    `${at + 1 + index} a PA seq=${seq + index * LENGTH} ack=1 len=${LENGTH}`,
    `${at + 1.5 + index} b A seq=1 ack=${seq + (index + 1) * LENGTH} win=9000`,
  ]).flat();

function around(how: Resend, at: number, seq: number): string[] {
  const send = (when: number): string => `${when} a PA seq=${seq} ack=1 len=${LENGTH}`;
  const acknowledge = (when: number, window = 9000): string => `${when} b A seq=1 ack=${seq + LENGTH} win=${window}`;
  switch (how) {
    case 'lost':
      return [send(at - 300), send(at), acknowledge(at + 1)];
    case 'acknowledged':
      return [send(at - 300), acknowledge(at - 200), send(at)];
    case 'captured twice':
      return [send(at), send(at + 1), acknowledge(at + 2)];
    case 'closed':
      return [send(at - 300), `${at - 200} b A seq=1 ack=${seq} win=0`, send(at), acknowledge(at + 1)];
    case 'fast': {
      const duplicate = (when: number): string => `${when} b A seq=1 ack=${seq} win=9000`;
      return [send(at - 300), duplicate(at - 3), duplicate(at - 2), duplicate(at - 1), send(at), acknowledge(at + 1)];
    }
  }
}
