import { expect, test } from 'vitest';
import { exposition, type Metric, openExposition } from '../../../src/core/output/exposition.ts';
import { number, text } from '../../../src/core/record/field.ts';
import { table } from '../../../src/core/record/table.ts';
import { openMemorySink } from '../../support/memory-sink.ts';

interface Disk {
  readonly name: string;
  readonly used: number | boolean | null;
}

const USED: Metric<Disk> = {
  name: 'disk_used',
  type: 'gauge',
  help: 'What is used.',
  samples: ({ name, used }) => [[{ name }, used]],
};
const COUNT: Metric<Disk> = { name: 'disks_total', type: 'counter', help: 'Disks.', samples: () => [[{}, 1]] };
const HEADS =
  '# HELP disk_used What is used.\n# TYPE disk_used gauge\n# HELP disks_total Disks.\n# TYPE disks_total counter\n';

test('help and type once, a line for each series, none without labels', () => {
  const rows = [
    { name: 'a', used: 1.5 },
    { name: 'b', used: true },
  ];
  expect(exposition([USED, COUNT], rows)).toBe(
    '# HELP disk_used What is used.\n# TYPE disk_used gauge\ndisk_used{name="a"} 1.5\ndisk_used{name="b"} 1\n' +
      '# HELP disks_total Disks.\n# TYPE disks_total counter\ndisks_total 1\n',
  );
});

test('what is unknown or no number is absent, and so is a metric that has nothing else', () => {
  const rows = [null, Number.NaN, Number.POSITIVE_INFINITY].map((used) => ({ name: 'a', used }));
  expect(exposition([USED], rows)).toBe('');
});

test('of nothing there are help and type', () => {
  expect(exposition([USED, COUNT], [])).toBe(HEADS);
});

test('of the same series the last counts', () => {
  const text = exposition(
    [USED],
    [1, 2].map((used) => ({ name: 'a', used })),
  );
  expect(text.split('\n').slice(2)).toEqual(['disk_used{name="a"} 2', '']);
});

test('a label cannot be left, nor reach the terminal', () => {
  const [, , line] = exposition([USED], [{ name: '"} 1\n\\n\x1b[2J', used: 1 }]).split('\n');
  expect(line).toBe('disk_used{name="\\"} 1\\\\n\\\\n\\\\x1b[2J"} 1');
});

test('it is printed once, at the end, of all rows', async () => {
  const sink = openMemorySink();
  const rows: Disk[] = [];
  const renderer = openExposition<Disk>(sink, { add: (row) => rows.push(row), text: () => exposition([USED], rows) });
  const disk = table('disk', 'A disk.', { name: text('Name.'), used: number('Used.') });
  for (const name of ['a', 'b']) {
    await renderer.write({ table: disk, fields: [], rows: [{ name, used: 1 }] });
    await renderer.endSnapshot();
  }
  expect(sink.text()).toBe('');
  await renderer.end();
  expect(sink.text()).toBe(exposition([USED], rows));
  expect(sink.text()).toContain('{name="b"}');
});
