import { expect, test } from 'vitest';
import { openLiveScreen } from '../../../src/core/output/live-screen.ts';
import { openLiveTable } from '../../../src/core/output/live-table.ts';
import { openPalette } from '../../../src/core/output/palette.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { count, shown, text, WHOLE } from '../../../src/core/record/field.ts';
import { type AnyRow, table } from '../../../src/core/record/table.ts';
import { openMemorySink } from '../../support/memory-sink.ts';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const END = '\x1b[K';
const BELOW = '\x1b[J';

function openTerminal(rows: number) {
  const sink = openMemorySink();
  const held = { rows, guards: [] as string[], released: 0, resumed: () => {} };
  let from = 0;
  return {
    sink,
    held,
    /** What was written since it was last asked. */
    fresh: (): string => {
      const out = sink.text().slice(from);
      from += out.length;
      return out;
    },
    terminal: {
      rows: () => held.rows,
      guard: (restore: string, resumed: () => void) => {
        held.guards.push(restore);
        held.resumed = resumed;
        return () => {
          held.released++;
        };
      },
    },
  };
}

test('a screen is entered once, redrawn from its top, cut at its height, and left once', async () => {
  const { sink, terminal, held, fresh } = openTerminal(2);
  const screen = openLiveScreen(sink, terminal);
  await screen.draw(['a', 'b', 'c']);
  expect(fresh()).toBe(`${ENTER}${HOME}a${END}\r\nb${END}${BELOW}`);
  held.rows = 0;
  await screen.draw(['a', 'b']);
  expect(fresh()).toBe(`${HOME}a${END}${BELOW}`);
  expect([held.guards, held.released]).toEqual([[LEAVE], 0]);
  // the guard has given the terminal back; when the program goes on, it is taken again
  held.resumed();
  await screen.draw(['a']);
  expect(fresh()).toBe(`${ENTER}${HOME}a${END}${BELOW}`);
  expect(held.guards).toHaveLength(1);
  await screen.close();
  expect([fresh(), held.released]).toEqual([LEAVE, 1]);
  await screen.close();
  expect([fresh(), held.released]).toEqual(['', 1]);
});

test('a screen that was never drawn, or was given back already, is not left', async () => {
  const { sink, terminal, held, fresh } = openTerminal(2);
  const screen = openLiveScreen(sink, terminal);
  await screen.close();
  await screen.draw(['a']);
  fresh();
  held.resumed();
  await screen.close();
  expect([fresh(), held.released]).toEqual(['', 1]);
});

const sample = table('sample', 'One row.', {
  name: text('Name.', shown('NAME', 1, WHOLE)),
  size: count('Size.', shown('SIZE', 9)),
});
const rowsOf = (n: number): AnyRow[] => Array.from({ length: n }, (_, i) => ({ name: `n${i}`, size: i }));

async function live(rows: number, columns: number | null) {
  const on = openTerminal(rows);
  const hidden: string[][] = [];
  const renderer = openLiveTable(on.sink, {
    header: true,
    palette: { ...(await openPalette(0)), strong: (one) => `<b>${one}</b>`, faint: (one) => `<i>${one}</i>` },
    numerals: plainNumerals,
    terminalColumns: () => columns,
    onHidden: (names) => hidden.push([...names]),
    terminal: on.terminal,
    timeOfDay: () => '12:00:00',
  });
  const fields = Object.keys(sample.fields);
  return { ...on, renderer, hidden, fields };
}

test('a snapshot is a headline, the rows there is room for, and how many more there are', async () => {
  const { renderer, fields, fresh } = await live(6, 40);
  expect([renderer.mixesTypes, renderer.ownsTerminal]).toEqual([false, true]);
  const headline = (rows: readonly AnyRow[]): string => `${rows.length} rows`;
  await renderer.write({ table: sample, fields, rows: rowsOf(2), headline });
  await renderer.endSnapshot();
  const drawn = (...lines: string[]): string => HOME + lines.map((line) => line + END).join('\r\n') + BELOW;
  expect(fresh()).toBe(ENTER + drawn('<b>12:00:00  2 rows</b>', 'NAME  SIZE', 'n0       0', 'n1       1'));
  await renderer.write({ table: sample, fields, rows: rowsOf(3), headline });
  await renderer.endSnapshot();
  const last = ['<b>12:00:00  3 rows</b>', 'NAME  SIZE', 'n0       0', 'n1       1'];
  const more = '<i>1 more rows; --limit, --filter or a lar…</i>';
  expect(fresh()).toBe(drawn(...last, more));
  await renderer.end();
  expect(fresh()).toBe(`${LEAVE}${[...last, more].join('\n')}\n`);
});

test('a second section stands below an empty line, and has the room that is left, or one row', async () => {
  const { renderer, fields, sink } = await live(9, null);
  for (const n of [2, 9]) await renderer.write({ table: sample, fields, rows: rowsOf(n) });
  await renderer.write({ table: sample, fields, rows: rowsOf(2) });
  await renderer.endSnapshot();
  await renderer.end();
  expect(sink.text().split(LEAVE)[1]).toBe(
    [
      'NAME  SIZE',
      'n0       0',
      'n1       1',
      '',
      'NAME  SIZE',
      'n0       0',
      'n1       1',
      '<i>7 more rows; --limit, --filter or a larger window</i>',
      '',
      'NAME  SIZE',
      'n0       0',
      '<i>1 more rows; --limit, --filter or a larger window</i>',
      '',
    ].join('\n'),
  );
});

test('what is hidden is said below the table, and at the end once', async () => {
  const { renderer, fields, sink, hidden } = await live(9, 8);
  for (let n = 0; n < 2; n++) {
    await renderer.write({ table: sample, fields, rows: rowsOf(1) });
    await renderer.endSnapshot();
  }
  expect(hidden).toEqual([]);
  await renderer.end();
  expect(sink.text().split(LEAVE)[1]).toBe('NAME\nn0\n<i>hidden:…</i>\n');
  expect(hidden).toEqual([['size']]);
});

test('a run without a snapshot prints nothing', async () => {
  const { renderer, sink, hidden } = await live(9, 8);
  await renderer.end();
  expect([sink.text(), hidden]).toEqual(['', []]);
});
