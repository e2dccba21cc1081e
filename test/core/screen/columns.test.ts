import { expect, test } from 'vitest';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { iface } from '../../../src/core/record/tables/iface.ts';
import { insight } from '../../../src/core/record/tables/insight.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { columnsOf, placeColumns } from '../../../src/core/screen/columns.ts';

const NO_CHOICE = { hidden: new Set<string>(), widths: new Map<string, number>(), column: null, sorted: null };
const widthsOf = (room: number, longest: number): Readonly<Record<string, number>> => {
  const columns = columnsOf(insight, ['severity', 'summary', 'rule'], plainNumerals);
  const placed = placeColumns(columns, room, NO_CHOICE, (field) => (field === 'summary' ? longest : 8));
  return Object.fromEntries(placed.map(({ column, width }) => [column.field, width]));
};

test('a long text is as wide as it is where there is room, and no wider', () => {
  expect(widthsOf(200, 80)).toEqual({ severity: 8, summary: 80, rule: 8 });
  expect(widthsOf(60, 80)).toEqual({ severity: 8, summary: 42, rule: 8 });
  expect(widthsOf(200, 20)).toEqual({ severity: 8, summary: 20, rule: 8 });
});

test('a list without anything in it is none, and one that nobody knows is not known', () => {
  const [column] = columnsOf(iface, ['ipv4'], plainNumerals);
  expect([[], null, ['192.0.2.1/24']].map((ipv4) => column!.write({ ...unknownRow(iface), ipv4 }))).toEqual([
    '–',
    '?',
    '192.0.2.1/24',
  ]);
});
