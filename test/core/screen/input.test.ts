import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Input, InputReader } from '../../../src/core/screen/input.ts';
import { ANY_CHARACTER } from '../../support/any-character.ts';

const key = (name: string, more: Partial<{ ctrl: boolean; alt: boolean }> = {}): Input => ({
  type: 'key',
  key: name,
  ctrl: false,
  alt: false,
  ...more,
});
const mouse = (
  action: 'press' | 'release' | 'drag' | 'wheel_up' | 'wheel_down',
  column: number,
  row: number,
): Input => ({
  type: 'mouse',
  action,
  column,
  row,
});

/** What a terminal sends, and what it means. */
const SENT: readonly (readonly [string, readonly Input[]])[] = [
  ['a', [key('a')]],
  ['ß', [key('ß')]],
  ['語', [key('語')]],
  ['😀', [key('😀')]],
  ['\r', [key('enter')]],
  ['\t', [key('tab')]],
  ['\x7f', [key('backspace')]],
  [' ', [key('space')]],
  ['\x03', [key('c', { ctrl: true })]],
  ['\x1b[A', [key('up')]],
  ['\x1bOB', [key('down')]],
  ['\x1b[C', [key('right')]],
  ['\x1b[1;5D', [key('left', { ctrl: true })]],
  ['\x1b[1;3A', [key('up', { alt: true })]],
  ['\x1b[5~', [key('pageup')]],
  ['\x1b[6~', [key('pagedown')]],
  ['\x1b[H', [key('home')]],
  ['\x1b[4~', [key('end')]],
  ['\x1b[Z', [key('backtab')]],
  ['\x1bOP', [key('f1')]],
  ['\x1b[24~', [key('f12')]],
  ['\x1bx', [key('x', { alt: true })]],
  ['\x1b[<0;5;7M', [mouse('press', 4, 6)]],
  ['\x1b[<0;5;7m', [mouse('release', 4, 6)]],
  ['\x1b[<32;5;7M', [mouse('drag', 4, 6)]],
  ['\x1b[<64;1;1M', [mouse('wheel_up', 0, 0)]],
  ['\x1b[<65;1;1M', [mouse('wheel_down', 0, 0)]],
  ['\x1b[<2;1;1M', []], // the right button
  ['\x1b[200~q\x1b[A\n\x1b[201~', [{ type: 'paste', text: 'q\x1b[A\n' }]],
  ['\x1b[?62;4c', []], // an answer that nobody asked for
  ['\x00\x85', []],
];

test.each(SENT)('%j', (sent, wanted) => {
  expect(new InputReader().read(sent)).toEqual(wanted);
});

test.each(SENT)('%j, cut at every place, with another key behind it', (sent, wanted) => {
  const whole = `${sent}z`;
  for (let at = 0; at <= whole.length; at++) {
    // node hands over whole characters
    if (isInsidePair(whole, at)) continue;
    const reader = new InputReader();
    expect([...reader.read(whole.slice(0, at)), ...reader.read(whole.slice(at))], `cut at ${at}`).toEqual([
      ...wanted,
      key('z'),
    ]);
  }
});

const isInsidePair = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000;
};

test('a lone ESC is a key once nothing follows', () => {
  const reader = new InputReader();
  expect(reader.read('\x1b')).toEqual([]);
  expect(reader.isWaiting).toBe(true);
  expect(reader.flush()).toEqual([key('escape')]);
  expect(reader.isWaiting).toBe(false);
  expect(reader.read('\x1b\x1b[A')).toEqual([key('escape'), key('up')]);
});

test('a sequence that never ends is dropped, and Alt with [ is a key', () => {
  const reader = new InputReader();
  reader.read('\x1b[12');
  expect(reader.flush()).toEqual([]);
  expect(reader.read('a')).toEqual([key('a')]);
  reader.read('\x1b[');
  expect(reader.flush()).toEqual([key('[', { alt: true })]);
});

test('what is pasted does not act, and is bounded', () => {
  const reader = new InputReader();
  const inputs = [
    ...reader.read('\x1b[200~'),
    ...reader.read('q'.repeat(200_000)),
    ...reader.read('\x1b[20'),
    ...reader.read('1~x'),
  ];
  expect(inputs).toEqual([{ type: 'paste', text: 'q'.repeat(64 * 1024) }, key('x')]);
});

test('whatever a terminal sends, nothing is thrown, and what waits is bounded', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: ANY_CHARACTER, maxLength: 40 }), { maxLength: 8 }), (chunks) => {
      const reader = new InputReader();
      for (const chunk of chunks) reader.read(chunk);
      reader.flush();
      // inside a paste the beginning of its end may wait
      return (reader as unknown as { waiting: string }).waiting.length <= 64;
    }),
  );
});
