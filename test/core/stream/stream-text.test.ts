import { describe, expect, test } from 'vitest';
import type { Piece } from '../../../src/core/stream/reassembly.ts';
import { StreamHex, StreamLines, type StreamText } from '../../../src/core/stream/stream-text.ts';

type Said = readonly [side: 'a' | 'b', text: string | readonly number[], missing?: number];

/** The text of pieces; offsets follow from what came before. */
function textOf(text: StreamText, said: readonly Said[]): string {
  const offsets = [0, 0];
  let out = '';
  for (const [side, given, missing = 0] of said) {
    const direction = side === 'a' ? 0 : 1;
    const data = Buffer.from(typeof given === 'string' ? given : Uint8Array.from(given));
    // bytes around the piece are not part of it
    const bytes = Uint8Array.from([0x58, ...data, 0x58]);
    offsets[direction]! += missing;
    const piece: Piece = {
      direction,
      offset: offsets[direction]!,
      missing,
      bytes,
      start: 1,
      end: 1 + data.length,
      packet: 1,
      seconds: 0,
      nanoseconds: 0,
    };
    out += text.add(piece);
    offsets[direction]! += data.length;
  }
  return out + text.end();
}
const lines = (...said: readonly Said[]): string => textOf(new StreamLines(), said);
const hex = (...said: readonly Said[]): string => textOf(new StreamHex(), said);

describe('lines', () => {
  test.each<[string, readonly Said[], string]>([
    ['nothing', [], ''],
    [
      'a line each',
      [
        ['a', 'hi\n'],
        ['b', 'ho\n'],
      ],
      '→ hi\n← ho\n',
    ],
    ['CR LF', [['a', 'one\r\ntwo\r\n']], '→ one\n→ two\n'],
    [
      'a line in pieces',
      [
        ['a', 'he'],
        ['a', 'llo\n'],
      ],
      '→ hello\n',
    ],
    [
      'cut between CR and LF',
      [
        ['a', 'one\r'],
        ['a', '\ntwo\n'],
      ],
      '→ one\n→ two\n',
    ],
    [
      'a CR alone',
      [
        ['a', 'one\rtwo\r'],
        ['a', '!\n'],
      ],
      '→ one·two·!\n',
    ],
    ['no end', [['a', 'hello']], '→ hello\n'],
    [
      'the other side speaks within a line',
      [
        ['a', 'he'],
        ['b', 'ho\n'],
        ['a', 'llo\n'],
      ],
      '→ he\n← ho\n→ llo\n',
    ],
    ['empty lines', [['a', '\n\n']], '→ \n→ \n'],
    [
      'bytes missing',
      [
        ['a', 'one\n'],
        ['a', 'three\n', 4],
      ],
      '→ one\n→ [4 bytes missing in the capture]\n→ three\n',
    ],
    [
      'one missing within a line',
      [
        ['a', 'on'],
        ['a', 'three\n', 1],
      ],
      '→ on\n→ [1 byte missing in the capture]\n→ three\n',
    ],
    ['UTF-8', [['a', 'grüße €\n']], '→ grüße €\n'],
    [
      'a character in two pieces',
      [
        ['a', [0xe2, 0x82]],
        ['a', [0xac, 0x0a]],
      ],
      '→ €\n',
    ],
    [
      'a character in two pieces with the other side between',
      [
        ['a', [0xe2, 0x82]],
        ['b', 'x\n'],
        ['a', [0xac, 0x0a]],
      ],
      '← x\n→ €\n',
    ],
    ['no UTF-8', [['a', [0xff, 0x41, 0x0a]]], '→ ·A\n'],
    ['controls', [['a', '\x1b[2J\0\x07\x9b\x7f\u202e\n']], '→ ·[2J·····\n'],
  ])('%s', (_what, said, expected) => {
    expect(lines(...said)).toBe(expected);
  });
});

describe('hex', () => {
  test('sixteen bytes a line, at their place in the direction', () => {
    expect(hex(['a', 'GET / HTTP/1.1\r\nHost'], ['b', 'ok'], ['a', '\x1b', 100])).toBe(
      [
        '→ 0000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a   GET / HTTP/1.1..',
        '→ 0010  48 6f 73 74                                       Host',
        '← 0000  6f 6b                                             ok',
        '→ [100 bytes missing in the capture]',
        '→ 0078  1b                                                .',
        '',
      ].join('\n'),
    );
  });
});
