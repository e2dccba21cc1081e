import { describe, expect, test } from 'vitest';
import { fitColumns, type MeasuredColumn, type Shape, shapeOf } from '../../../src/core/output/column-fit.ts';
import { address, choice, count, flag, list, text, time, WHOLE } from '../../../src/core/record/field.ts';

interface Named extends MeasuredColumn {
  readonly name: string;
}

const column = (name: string, shape: Shape, width: number, priority = 3, least: number | null = null): Named => ({
  name,
  shape,
  width,
  priority,
  least,
  cells: () => new Set([name.repeat(width).slice(0, width)]),
});
const address2 = (name: string, cells: readonly string[], priority = 1): Named => ({
  ...column(name, 'address', Math.max(...cells.map(({ length }) => length)), priority),
  cells: () => new Set(cells),
});

/** `a:3 b:5 | hidden`. */
function fitted(columns: readonly Named[], room: number): string {
  const { shown, hidden } = fitColumns(columns, room);
  const widths = shown.map(({ column: { name }, width }) => `${name}:${width}`).join(' ');
  return hidden.length === 0 ? widths : `${widths} | ${hidden.map(({ name }) => name).join(' ')}`;
}

describe('columns of numbers', () => {
  const [a, b, c] = [column('a', 'fixed', 5, 1), column('b', 'fixed', 5, 2), column('c', 'fixed', 5, 3)];
  test.each([
    [19, 'a:5 b:5 c:5'],
    [18, 'a:5 b:5 | c'],
    [12, 'a:5 b:5 | c'],
    [11, 'a:5 | b c'],
    [5, 'a:5 | b c'],
    [4, 'a:4 | b c'],
    [1, 'a:1 | b c'],
  ])('in %i columns of the terminal', (room, expected) => {
    expect(fitted([a, b, c], room)).toBe(expected);
  });

  test('the order is that of the table, whatever the priorities', () => {
    expect(fitted([c, a, b], 12)).toBe('a:5 b:5 | c');
    expect(fitted([b, c, a], 11)).toBe('a:5 | b c');
  });

  test('of equal ones the last is hidden first', () => {
    expect(fitted([a, column('x', 'fixed', 5), column('y', 'fixed', 5)], 12)).toBe('a:5 x:5 | y');
    expect(fitted([column('x', 'fixed', 5, 1), column('y', 'fixed', 5, 1), column('z', 'fixed', 5, 1)], 12)).toBe(
      'x:5 y:5 | z',
    );
  });

  test('a narrow one comes back where a wide one left room', () => {
    expect(fitted([a, column('wide', 'fixed', 9, 2), column('d', 'fixed', 3, 3)], 10)).toBe('a:5 d:3 | wide');
    expect(fitted([a, column('wide', 'fixed', 9, 2), column('d', 'fixed', 4, 3)], 10)).toBe('a:5 | wide d');
  });

  test('of those that come back the one of the lower number is first', () => {
    const three = [a, column('wide', 'fixed', 20, 2), column('e', 'fixed', 3, 5), column('d', 'fixed', 3, 4)];
    expect(fitted(three, 10)).toBe('a:5 d:3 | wide e');
    expect(fitted(three, 15)).toBe('a:5 e:3 d:3 | wide');
  });
});

describe('text', () => {
  const answer = column('a', 'text', 40, 1);
  const other = column('o', 'text', 40, 2);
  test.each([
    [82, 'a:40 o:40'],
    [81, 'a:40 o:39'],
    [54, 'a:40 o:12'],
    [53, 'a:39 o:12'],
    [34, 'a:20 o:12'],
    [33, 'a:33 | o'],
    [20, 'a:20 | o'],
    [8, 'a:8 | o'],
    [7, 'a:7 | o'],
  ])('in %i columns of the terminal', (room, expected) => {
    expect(fitted([answer, other], room)).toBe(expected);
  });

  test('takes no more than it needs, and no less than is of use', () => {
    expect(fitted([column('a', 'text', 6, 1), other], 20)).toBe('a:6 o:12');
    expect(fitted([column('a', 'text', 40, 1, 30), other], 43)).toBe('a:40 | o');
    expect(fitted([column('a', 'text', 40, 1, 30), other], 44)).toBe('a:30 o:12');
    expect(fitted([column('a', 'text', 40, 1), column('w', 'text', 20, 2, WHOLE)], 41)).toBe('a:40 | w');
    expect(fitted([column('a', 'text', 40, 1), column('w', 'text', 20, 2, WHOLE)], 42)).toBe('a:20 w:20');
  });

  test('that answers shrinks to eight before another is hidden, the widest first', () => {
    const two = [column('a', 'text', 40, 1), column('b', 'text', 30, 1)];
    expect(fitted(two, 42)).toBe('a:20 b:20');
    expect(fitted(two, 41)).toBe('a:19 b:20');
    expect(fitted(two, 18)).toBe('a:8 b:8');
    expect(fitted(two, 17)).toBe('a:17 | b');
  });

  test('a whole text that answers is hidden rather than cut', () => {
    expect(fitted([column('a', 'fixed', 5, 1), column('w', 'text', 20, 1, WHOLE)], 26)).toBe('a:5 | w');
  });
});

describe('addresses', () => {
  const v4 = address2('a', ['192.168.178.101']);
  const v6 = ['2001:db8:85a3:1111:2222:8a2e:370:7334', '2001:db8:85a3:1111:2222:8a2e:371:7334'];
  test('are whole where hiding others helps', () => {
    expect(fitted([v4, column('n', 'fixed', 5, 2)], 15)).toBe('a:15 | n');
    expect(fitted([address2('a', v6), column('n', 'fixed', 5, 2)], 43)).toBe('a:37 | n');
    expect(fitted([address2('a', v6), column('n', 'fixed', 5, 2)], 44)).toBe('a:37 n:5');
  });

  test('are shortened where the columns that answer have no room for whole ones, and differ', () => {
    const both = [address2('a', v6), column('n', 'fixed', 5, 1), address2('b', v6)];
    expect(fitted(both, 83)).toBe('a:37 n:5 b:37');
    expect(fitted(both, 82)).toBe('a:37 n:5 b:36');
    expect(fitted(both, 43)).toBe('a:17 n:5 b:17');
    const { shown } = fitColumns(both, 43);
    expect(v6.map((one) => shown[0]!.cut(one, 17))).toEqual(['2001:db8…370:7334', '2001:db8…371:7334']);
    expect(fitted(both, 42)).toBe('a:20 b:20 | n');
    expect(fitted(both, 36)).toBe('a:17 b:17 | n');
    expect(fitted(both, 35)).toBe('a:35 | n b');
  });

  test('are as long as it takes to differ', () => {
    const near = ['2001:db8:85a3:1111:2222:8a2e:370:7334', '2001:db8:85a3:1111:2222:8a2f:370:7334'];
    const both = [address2('a', near), address2('b', v6)];
    const of = new Set([...near, ...v6]);
    const { shown } = fitColumns(both, 62);
    expect(shown.map(({ width }) => width)).toEqual([30, 30]);
    for (const { cut, width } of shown) expect(new Set([...of].map((one) => cut(one, width))).size).toBe(of.size);
  });

  test('do not look like those of another column', () => {
    const [one, two] = ['2001:db8:85a3:1111:2222:8a2e:370:7334', '2001:db8:85a3:1111:2222:8a2f:370:7334'];
    const both = [address2('a', [one!]), address2('b', [two!])];
    const { shown } = fitColumns(both, 44);
    expect(shown.map(({ width }) => width)).toEqual([21, 21]);
    expect(shown[0]!.cut(one!, 21)).not.toBe(shown[1]!.cut(two!, 21));
    expect(fitted(both, 43)).toBe('a:21 b:20');
  });

  test('IPv4 is never cut before the last column', () => {
    expect(fitted([v4, address2('b', ['10.0.0.1'])], 24)).toBe('a:15 | b');
    expect(fitted([v4, address2('b', ['10.0.0.1'])], 25)).toBe('a:15 b:8');
  });

  test('leave room to others when they are shortened anyway', () => {
    const three = [address2('a', v6), address2('b', v6), column('p', 'fixed', 10, 2)];
    expect(fitted(three, 76)).toBe('a:37 b:37 | p');
    expect(fitted(three, 75)).toBe('a:31 b:30 p:10');
  });
});

describe('times', () => {
  const moment = (priority = 1): Named => ({
    ...column('t', 'time', 27, priority),
    cells: () => new Set(['2026-03-01T09:15:02.123456Z']),
  });
  test.each([
    [34, 't:27 n:5'],
    [33, 't:24 n:5'],
    [31, 't:24 n:5'],
    [30, 't:13 n:5'],
    [20, 't:13 n:5'],
    [19, 't:9 n:5'],
    [16, 't:9 n:5'],
    [15, 'n:5 | t'],
  ])('in %i columns of the terminal', (room, expected) => {
    expect(fitted([moment(), column('n', 'fixed', 5, 1)], room)).toBe(expected);
  });
  test('lose milliseconds before a text that answers is cut below twenty', () => {
    expect(fitted([moment(), column('a', 'text', 40, 1)], 35)).toBe('t:13 a:20');
    expect(fitted([moment(), column('a', 'text', 40, 1)], 34)).toBe('t:9 a:23');
    expect(fitted([moment(), column('a', 'text', 40, 1)], 30)).toBe('t:9 a:19');
  });
  test('of lower rank are hidden as others are', () => {
    expect(fitted([moment(2), column('n', 'fixed', 5, 1)], 19)).toBe('n:5 | t');
  });
});

test('a bar has ten columns or none, and keeps its proportions', () => {
  const two = [column('n', 'fixed', 5, 1), column('b', 'bar', 30, 10)];
  expect(fitted(two, 16)).toBe('n:5 | b');
  expect(fitted(two, 17)).toBe('n:5 b:10');
  expect(fitted(two, 27)).toBe('n:5 b:20');
  const [, bar] = fitColumns(two, 27).shown;
  expect([30, 15, 1, 0].map((length) => bar!.cut('█'.repeat(length), 20).length)).toEqual([20, 10, 1, 0]);
});

test.each([
  ['text', text('A.'), 'text'],
  ['choice', choice('A.', ['x']), 'fixed'],
  ['flag', flag('A.'), 'fixed'],
  ['count', count('A.'), 'fixed'],
  ['list', list('A.'), 'list'],
  ['time', time('A.'), 'time'],
  ['address', address('A.'), 'address'],
] as const)('a field of kind %s has the shape %s', (_kind, field, shape) => {
  expect(shapeOf(field)).toBe(shape);
});
