import { ipv4Frame, octets, tcp } from './headers.ts';
import type { TimedFrame } from './tshark.ts';

/** A segment of a conversation that was written down, and what is expected of it. */
export interface ScriptedSegment extends TimedFrame {
  readonly bytes: Uint8Array;
  readonly milliseconds: number;
  readonly expected: readonly string[];
}

const FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };
const BASES = { a: 1000, b: 5000 };

/**
 * The segments of a conversation, one a line: milliseconds, who sends (`a`, at `port`, or `b`, at 9999), flags (FSRPA),
 * then, where they are not 0, `seq=`, `ack=` (from the initial sequence number of their side), `len=`, `win=` (8192), and
 * `scale=` for that option; after `:`, words that tell what is expected.
 *
 *     0 a S
 *     10 b SA ack=1
 *     20 a PA seq=1 ack=1 len=100
 */
export function tcpScript(text: string, port = 40_000): readonly ScriptedSegment[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [segment, expected = ''] = line.split(':');
      const [time, side, letters, ...pairs] = segment!.trim().split(/ +/);
      const given = Object.fromEntries(pairs.map((pair) => pair.split('='))) as Record<string, string>;
      const number = (name: string, otherwise = 0): number => Number(given[name] ?? otherwise);
      const fromA = side === 'a';
      const flags = [...letters!].reduce((sum, letter) => sum | FLAGS[letter]!, 0);
      const header = {
        from: fromA ? port : 9999,
        to: fromA ? 9999 : port,
        seq: (fromA ? BASES.a : BASES.b) + number('seq'),
        ack: (flags & FLAGS.A!) === 0 ? 0 : (fromA ? BASES.b : BASES.a) + number('ack'),
        flags,
        window: number('win', 8192),
        options: given.scale === undefined ? [] : [...octets('01 03 03'), number('scale')],
      };
      const ends = fromA ? {} : { from: [10, 0, 0, 2], to: [10, 0, 0, 1] };
      const bytes = ipv4Frame(6, tcp(header, new Array(number('len')).fill(0x2e)), ends);
      return { bytes, milliseconds: Number(time), expected: expected.trim().split(/ +/).filter(Boolean) };
    });
}
