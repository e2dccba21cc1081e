import xterm from '@xterm/headless';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameWriter } from '../../../src/core/screen/frame-writer.ts';

/** A terminal that plays what it is sent. */
function openTerminal(width: number, height: number) {
  const terminal = new xterm.Terminal({ cols: width, rows: height, allowProposedApi: true, scrollback: 0 });
  return {
    write: (text: string) => new Promise<void>((resolve) => terminal.write(text, resolve)),
    rows: () =>
      Array.from({ length: height }, (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? ''),
    resize: (columns: number, rows: number) => terminal.resize(columns, rows),
  };
}

const NO_WRAP = '\x1b[?7l';

test('a terminal shows each frame, whatever stood there before', async () => {
  const width = 20;
  const height = 6;
  const text = fc.constantFrom(
    '',
    'a',
    '\x1b[31mred\x1b[0m',
    'x'.repeat(width),
    '語語語',
    `${'語'.repeat(10)}`,
    'b c',
    `\x1b[7m${' '.repeat(width)}\x1b[0m`,
  );
  const frame = fc.array(text, { maxLength: height });
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 12 }), async (frames) => {
      const terminal = openTerminal(width, height);
      const writer = new FrameWriter();
      await terminal.write(NO_WRAP);
      for (const lines of frames) {
        await terminal.write(writer.update(lines, width, height));
        const wanted = Array.from({ length: height }, (_, row) => plain(lines[row] ?? '').trimEnd());
        expect(terminal.rows().map((row) => row.trimEnd())).toEqual(wanted);
      }
    }),
    { numRuns: 60 },
  );
});

// biome-ignore format: one expression
const plain = (line: string): string => line.replace(/\x1b\[[0-9;]*m/g, '');

test('only rows that changed are sent, and nothing for the same frame', () => {
  const writer = new FrameWriter();
  expect(writer.update(['one', 'two'], 10, 2)).toBe(
    '\x1b[?2026h\x1b[0m\x1b[2J\x1b[1;1H\x1b[Kone\x1b[0m\x1b[2;1H\x1b[Ktwo\x1b[0m\x1b[?2026l',
  );
  expect(writer.update(['one', 'two'], 10, 2)).toBe('');
  expect(writer.update(['one', 'three'], 10, 2)).toBe('\x1b[?2026h\x1b[2;1H\x1b[Kthree\x1b[0m\x1b[?2026l');
});

test('after forget, and in another size, the frame is sent whole', () => {
  const writer = new FrameWriter();
  const first = writer.update(['one'], 10, 2);
  writer.forget();
  expect(writer.update(['one'], 10, 2)).toBe(first);
  expect(writer.update(['one'], 11, 2)).toBe(first);
});
