import { expect, test } from 'vitest';
import { openPalette } from '../../../src/core/output/palette.ts';
import { openTableRenderer } from '../../../src/core/output/table-renderer.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { count, shown, text, WHOLE } from '../../../src/core/record/field.ts';
import { table } from '../../../src/core/record/table.ts';
import { openMemorySink } from '../../support/memory-sink.ts';

const first = table('first', 'One row.', {
  name: text('Name.', shown('NAME', 1, WHOLE)),
  size: count('Size.', shown('SIZE', 9)),
});
const other = table('other', 'One row.', { word: text('Word.', shown('WORD')) });
const FIELDS = ['name', 'size'];

async function open(columns: number | null = null) {
  const sink = openMemorySink();
  const hidden: string[][] = [];
  const renderer = openTableRenderer(sink, {
    header: true,
    palette: await openPalette(0),
    numerals: plainNumerals,
    terminalColumns: () => columns,
    onHidden: (names) => hidden.push([...names]),
  });
  return { sink, hidden, renderer };
}

test('rows of one type that follow each other are one table; another type and another snapshot are below an empty line', async () => {
  const { sink, renderer } = await open();
  expect([renderer.mixesTypes, renderer.ownsTerminal]).toEqual([false, false]);
  await renderer.write({ table: first, fields: FIELDS, rows: [{ name: 'a', size: 1 }] });
  await renderer.write({ table: first, fields: FIELDS, rows: [{ name: 'longer', size: 22 }] });
  await renderer.write({ table: other, fields: ['word'], rows: [{ word: 'w' }] });
  await renderer.endSnapshot();
  await renderer.endSnapshot();
  await renderer.write({ table: other, fields: ['word'], rows: [{ word: 'again' }] });
  await renderer.end();
  expect(sink.text()).toBe('NAME    SIZE\na          1\nlonger    22\n\nWORD\nw\n\nWORD\nagain\n');
});

test('hidden columns are named once for each table', async () => {
  const { sink, hidden, renderer } = await open(6);
  for (let n = 0; n < 2; n++) {
    await renderer.write({ table: first, fields: FIELDS, rows: [{ name: 'a', size: 1 }] });
    await renderer.endSnapshot();
  }
  expect(sink.text()).toBe('NAME\na\n\nNAME\na\n');
  expect(hidden).toEqual([['size']]);
});
