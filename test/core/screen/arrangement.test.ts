import { expect, test } from 'vitest';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { Arrangement } from '../../../src/core/screen/arrangement.ts';
import { connOn } from '../../support/screen-story.ts';

const ROWS = Array.from({ length: 100 }, (_, index) => connOn(1000 + index, { rx_rate: index % 10 }));

function arranged(identify = (row: { readonly [field: string]: unknown }) => String(row.local_port)) {
  return new Arrangement(ROWS, {
    table: conn,
    identify,
    keep: null,
    sort: [{ field: 'rx_rate', descending: true }],
    grouping: null,
    isFolded: () => false,
    frozen: null,
  });
}

test('each line is found where it is, however many are asked for', () => {
  const list = arranged();
  for (const [index, { id }] of list.entries.entries()) expect(list.indexOf(id)).toBe(index);
  expect([list.indexOf('none'), list.indexOf(null)]).toEqual([-1, -1]);
});

test('of lines with one identity the last is found, whether few or many were asked for', () => {
  const last = ROWS.length - 1;
  const list = arranged(() => 'same');
  expect(list.indexOf('same')).toBe(last);
  for (const id of ['a', 'b', 'c']) list.indexOf(id);
  expect(list.indexOf('same')).toBe(last);
});

test('a line that stays selected is found without the identities of all lines being made again', () => {
  let made = 0;
  const list = arranged((row) => {
    made++;
    return String(row.local_port);
  });
  expect(made).toBe(0);
  const { id } = list.entries.at(-1)!;
  made = 0;
  expect([list.indexOf(id), list.indexOf(id), made]).toEqual([ROWS.length - 1, ROWS.length - 1, 1]);
});
