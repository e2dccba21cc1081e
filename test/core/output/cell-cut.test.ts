import { describe, expect, test } from 'vitest';
import {
  addressCut,
  cutList,
  shortAddresses,
  textCut,
  timeCut,
  widthApart,
} from '../../../src/core/output/cell-cut.ts';
import { truncateMiddle, widthOf } from '../../../src/core/output/text-width.ts';

test.each([
  ['abcdefgh', 8, 'abcdefgh'],
  ['abcdefgh', 7, 'abc…fgh'],
  ['abcdefgh', 6, 'abc…gh'],
  ['abcdefgh', 3, 'a…h'],
  ['abcdefgh', 2, 'a…'],
  ['abcdefgh', 1, '…'],
  ['abcdefgh', 0, ''],
  ['漢字漢字漢字', 12, '漢字漢字漢字'],
  ['漢字漢字漢字', 11, '漢字…漢字'],
  ['漢字漢字漢字', 7, '漢…字'],
  ['a漢字漢字漢字b', 6, 'a漢…b'],
])('%s has the middle cut to %i', (text, width, cut) => {
  expect(truncateMiddle(text, width)).toBe(cut);
  expect(widthOf(cut)).toBeLessThanOrEqual(Math.max(width, 0));
});

describe('addresses', () => {
  const V6 = '2001:db8:85a3:1111:2222:8a2e:370:7334';
  const V6_SUBNET = '2001:db8:85a3:1111:3333:8a2e:370:7334';
  const V6_HOST = '2001:db8:85a3:1111:2222:8a2e:371:7334';

  test('are cut in the middle where they differ then', () => {
    const cells = new Set([V6, V6_HOST]);
    expect(widthApart(cells, 17, 37)).toBe(17);
    expect([...cells].map((cell) => addressCut(cells, 17)(cell, 17))).toEqual([
      '2001:db8…370:7334',
      '2001:db8…371:7334',
    ]);
  });

  test('are cut elsewhere where they differ in the middle', () => {
    const cells = new Set([V6, V6_SUBNET]);
    expect([...cells].map((cell) => addressCut(cells, 26)(cell, 26))).toEqual([
      '2001:db8:…22:8a2e:370:7334',
      '2001:db8:…33:8a2e:370:7334',
    ]);
    expect(widthApart(cells, 17, 37)).toBe(17);
    expect([...cells].map((cell) => addressCut(cells, 17)(cell, 17))).toEqual([
      '2…2:8a2e:370:7334',
      '2…3:8a2e:370:7334',
    ]);
    expect(widthApart(cells, 23, 37)).toBe(23);
  });

  test('are cut in the middle where nothing tells all apart', () => {
    const cells = new Set([`${'a'.repeat(20)}1${'a'.repeat(20)}`, `${'a'.repeat(20)}2${'a'.repeat(20)}`]);
    expect(addressCut(cells, 17)([...cells][0]!, 17)).toBe('aaaaaaaa…aaaaaaaa');
    expect(widthApart(cells, 5, 41)).toBe(23);
    expect(widthApart(cells, 5, 22)).toBe(22);
  });

  test('one alone has the least width, and so has none', () => {
    expect(widthApart(new Set([V6]), 17, 37)).toBe(17);
    expect(widthApart(new Set(['10.0.0.1']), 17, 8)).toBe(8);
    expect(widthApart(new Set(), 17, 37)).toBe(17);
  });

  test('are compared up to the thousandth', () => {
    const many = Array.from({ length: 1000 }, (_, n) => `${n}`.padStart(4, '0').concat('-'.repeat(20)));
    const like = `0000${'-'.repeat(30)}`;
    const cells = (count: number): Set<string> =>
      new Set([...many.slice(0, count).map((one) => one.padEnd(30, '-')), like]);
    expect(widthApart(cells(1000), 17, 34)).toBe(17);
    expect(widthApart(cells(999), 17, 34)).toBe(30);
  });

  test('have several short forms, each of the width', () => {
    const forms = [...shortAddresses(V6, 20)];
    expect(forms.slice(0, 3)).toEqual(['2001:db8:8…:370:7334', '2001:db8:85a…70:7334', '2001:db8…2e:370:7334']);
    expect(forms.map(widthOf)).toEqual(forms.map(() => 20));
    expect([...shortAddresses(V6, 20, V6_HOST)]).toEqual(forms.filter((form) => form.includes('70:7334')));
    expect([...shortAddresses(V6, 20, V6)]).toEqual([]);
    expect([...shortAddresses('10.0.0.1', 20)]).toEqual(forms.map(() => '10.0.0.1'));
  });
});

describe('text', () => {
  const cut = (cells: readonly string[], width: number): string[] =>
    cells.map((cell) => textCut(new Set(cells), width)(cell, width));
  test('loses its end', () => {
    expect(cut(['abcdefgh', 'zbcdefgh'], 5)).toEqual(['abcd…', 'zbcd…']);
  });
  test('loses its middle where more cells differ then', () => {
    expect(cut(['abcdefgh', 'abcdefgi'], 5)).toEqual(['ab…gh', 'ab…gi']);
  });
  test('loses its end where the middle tells as many apart', () => {
    expect(cut(['abcdXefgh', 'abcdYefgh'], 5)).toEqual(['abcd…', 'abcd…']);
    expect(cut(['abcdefgh', 'abcdefgi', 'abxdefgi'], 5)).toEqual(['abcd…', 'abcd…', 'abxd…']);
  });
});

test.each([
  ['10.0.0.1/24', 11, '10.0.0.1/24'],
  ['10.0.0.1/24, 10.0.0.2/24', 24, '10.0.0.1/24, 10.0.0.2/24'],
  ['10.0.0.1/24, 10.0.0.2/24', 23, '10.0.0.1/24, +1'],
  ['10.0.0.1/24, 10.0.0.2/24', 15, '10.0.0.1/24, +1'],
  ['10.0.0.1/24, 10.0.0.2/24', 14, '10.0.…1/24, +1'],
  ['a, b, c, d', 7, 'a, +3'],
  ['a, b, c, d', 8, 'a, b, +2'],
  ['a, b, c, d', 9, 'a, b, +2'],
  ['10.0.0.1/24', 7, '10.…/24'],
  ['10.0.0.1/24, 10.0.0.2/24', 3, ', …'],
])('the list %s in %i columns', (list, width, cut) => {
  expect(cutList(list, width)).toBe(cut);
});

describe('times', () => {
  const day = ['2026-03-01T09:15:02.123456Z', '2026-03-01T09:15:03.5Z', '2026-03-01T10:00:00Z'];
  const at = (cells: readonly string[], width: number): string[] => {
    const { cut } = timeCut(new Set(cells));
    return cells.map((cell) => cut(cell, width));
  };

  test('have four widths', () => {
    expect(timeCut(new Set(day)).widths).toEqual([9, 13, 24, 27]);
    expect(timeCut(new Set([...day, '2026-03-02T10:00:00Z'])).widths).toEqual([15, 19, 24, 27]);
    expect(timeCut(new Set(['2026-03-01T10:00:00Z'])).widths).toEqual([9, 9, 20, 20]);
    expect(timeCut(new Set()).widths).toEqual([0, 0, 0, 0]);
    expect(timeCut(new Set(['-'])).widths).toEqual([1, 1, 1, 1]);
  });

  test('of one day lose the date', () => {
    expect(at(day, 27)).toEqual(day);
    expect(at(day, 26)).toEqual(['2026-03-01 09:15:02.123Z', '2026-03-01 09:15:03.5Z', '2026-03-01 10:00:00Z']);
    expect(at(day, 24)).toEqual(at(day, 26));
    expect(at(day, 23)).toEqual(['09:15:02.123Z', '09:15:03.5Z', '10:00:00Z']);
    expect(at(day, 13)).toEqual(at(day, 23));
    expect(at(day, 12)).toEqual(['09:15:02Z', '09:15:03Z', '10:00:00Z']);
    expect(at(day, 8)).toEqual(['09:15:0…', '09:15:0…', '10:00:0…']);
  });

  test('of several days lose the year, and what is no time stays', () => {
    const days = ['2026-03-01T09:15:02.123456Z', '2026-03-02T00:00:00Z', '-', 'yesterday'];
    expect(at(days, 19)).toEqual(['03-01 09:15:02.123Z', '03-02 00:00:00Z', '-', 'yesterday']);
    expect(at(days, 15)).toEqual(['03-01 09:15:02Z', '03-02 00:00:00Z', '-', 'yesterday']);
  });
});
