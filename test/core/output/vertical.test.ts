import { expect, test } from 'vitest';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { openVerticalRenderer } from '../../../src/core/output/vertical.ts';
import type { AnyRow, RecordTable } from '../../../src/core/record/table.ts';
import { expert } from '../../../src/core/record/tables/expert.ts';
import { rule } from '../../../src/core/record/tables/insight.ts';
import { openMemorySink } from '../../support/memory-sink.ts';

async function print(table: RecordTable, fields: readonly string[], rows: readonly AnyRow[], columns: number | null) {
  const sink = openMemorySink();
  const renderer = openVerticalRenderer(sink, plainNumerals, () => columns);
  for (const row of rows) await renderer.write({ table, fields, rows: [row] });
  await renderer.endSnapshot();
  await renderer.end();
  return sink.text();
}

test('a line for each field, an empty line between rows', async () => {
  const rows = [
    { id: 'tcp.connection.rst', packets: 1200, group: null },
    { id: 'icmp.unreachable', packets: 1, group: 'response' },
  ];
  expect(await print(expert, ['id', 'packets', 'group'], rows, null)).toBe(
    'id       tcp.connection.rst\npackets  1200\ngroup    -\n\nid       icmp.unreachable\npackets  1\ngroup    response\n',
  );
});

test('each element of a list has a line, and a long value goes on below itself', async () => {
  const row = { reads: ['conn', 'iface'], thresholds: [], about: 'a host tries many ports of another one, or of many' };
  expect(await print(rule, ['reads', 'thresholds', 'about'], [row], 34)).toBe(
    [
      'reads       conn',
      '            iface',
      'thresholds  -',
      'about       a host tries many',
      '            ports of another one,',
      '            or of many',
      '',
    ].join('\n'),
  );
});

test('in a narrow terminal values have twenty columns all the same', async () => {
  expect(await print(rule, ['about'], [{ about: 'x'.repeat(21) }], 5)).toBe(`about  ${'x'.repeat(20)}\n       x\n`);
});

test('what a terminal would act on is made safe', async () => {
  expect(await print(rule, ['about'], [{ about: 'a\u001b]52;c;x\u0007b' }], null)).not.toMatch(/[\u001b\u0007]/);
});
