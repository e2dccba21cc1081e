import { describe, expect, test } from 'vitest';
import { HelloPieces } from '../../../src/core/wire/app/tls/hello-pieces.ts';
import { Pieces, PiecesTable } from '../../../src/core/wire/pieces.ts';

/** What pieces take beside their bytes. */
const OWN = 256;
const LIMITS = { most: 3, mostBytes: 100 + 3 * OWN, longest: 64, seconds: 60 };
const newTable = (limits = {}): PiecesTable<string, Pieces> =>
  new PiecesTable({ ...LIMITS, ...limits }, (since) => new Pieces(since));
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Puts `text` in its place among those of `key`; what is there from the start, with dots for what is not. */
function put(table: PiecesTable<string, Pieces>, key: string, place: number, text: string, seconds = 0): string {
  const pieces = table.at(key, seconds);
  if (!table.put(pieces, bytes(`--${text}`), 2, place, text.length)) return 'too far';
  return Buffer.from(pieces.bytes).toString('latin1').replaceAll('\0', '.');
}

describe('pieces in their places', () => {
  test.each([
    [
      'in order',
      [
        [0, 'ab'],
        [2, 'cd'],
      ],
      'abcd',
      [0, 4],
    ],
    [
      'the last one first',
      [
        [2, 'cd'],
        [0, 'ab'],
      ],
      'abcd',
      [0, 4],
    ],
    [
      'with a gap',
      [
        [4, 'ef'],
        [0, 'ab'],
      ],
      'ab..ef',
      [0, 2, 4, 6],
    ],
    [
      'twice',
      [
        [2, 'cd'],
        [2, 'xx'],
      ],
      '..cd',
      [2, 4],
    ],
    [
      'overlapping: the first one counts',
      [
        [1, 'bc'],
        [0, 'xxxx'],
      ],
      'xbcx',
      [0, 4],
    ],
    [
      'over several',
      [
        [1, 'b'],
        [3, 'd'],
        [0, 'xxxxx'],
      ],
      'xbxdx',
      [0, 5],
    ],
  ] as const)('%s', (_, given, text, places) => {
    const table = newTable();
    const said = given.map(([place, one]) => put(table, 'a', place, one)).at(-1)!;
    expect(said.slice(0, text.length)).toBe(text);
    expect(table.at('a', 0).places).toEqual(places);
    expect(table.at('a', 0).filled).toBe(places[0] === 0 ? places[1] : 0);
  });
});

test('what does not fit is refused', () => {
  expect(put(newTable(), 'a', 62, 'yz')).toBe(`${'.'.repeat(62)}yz`);
  expect(put(newTable(), 'a', 63, 'yz')).toBe('too far');
});

test('the memory grows by halves, to the longest at most, and is given back', () => {
  const table = newTable();
  expect(table.held).toBe(0);
  put(table, 'a', 0, 'a'.repeat(40));
  expect(table.held).toBe(OWN + 40);
  put(table, 'a', 40, 'a');
  expect(table.held).toBe(OWN + 64);
  table.drop('b');
  expect(table.held).toBe(OWN + 64);
  table.drop('a');
  table.drop('a');
  expect([table.held, table.get('a'), table.evicted]).toEqual([0, undefined, 0]);
});

test('the oldest give way when there are too many', () => {
  const table = newTable();
  for (const key of ['a', 'b', 'c']) put(table, key, 0, key);
  expect([table.evicted, table.held]).toEqual([0, 3 * (OWN + 1)]);
  put(table, 'd', 0, 'd');
  expect([table.evicted, table.held]).toEqual([1, 3 * (OWN + 1)]);
  expect(['a', 'b', 'c', 'd'].map((key) => table.get(key) !== undefined)).toEqual([false, true, true, true]);
});

test('the oldest give way when they take too much', () => {
  const table = newTable();
  put(table, 'a', 0, 'a'.repeat(40));
  put(table, 'b', 0, 'b'.repeat(60));
  put(table, 'c', 0, '');
  expect([table.evicted, table.held]).toEqual([0, LIMITS.mostBytes]);
  put(table, 'c', 0, 'c');
  expect([table.evicted, table.held]).toEqual([1, 61 + 2 * OWN]);
  expect([table.get('a'), table.get('b')!.filled]).toEqual([undefined, 60]);
});

test('who gives way to itself counts nothing', () => {
  const table = newTable({ mostBytes: OWN + 10 });
  expect(put(table, 'a', 0, 'a'.repeat(11))).toBe('a'.repeat(11));
  expect([table.evicted, table.held, table.get('a')]).toEqual([1, 0, undefined]);
  table.drop('a');
  expect(table.held).toBe(0);
});

test('pieces wait for so many seconds', () => {
  const waited = (seconds: number): string => {
    const table = newTable();
    put(table, 'a', 0, 'ab', 1000);
    const said = put(table, 'a', 2, 'cd', 1000 + seconds);
    expect(table.held).toBe(OWN + 4);
    return said;
  };
  expect([waited(60), waited(61), waited(-5), waited(Number.NaN)]).toEqual(['abcd', '..cd', 'abcd', 'abcd']);
});

describe('pieces of hellos', () => {
  const [ONE, KEY] = [new Uint8Array(1), {}];

  test('256 that wait behind gaps, and no more', () => {
    const hellos = new HelloPieces();
    for (let count = 1; count <= 256; count++) expect(hellos.add(KEY, ONE, 0, 2 * count, 1, 0)).not.toBeNull();
    expect(hellos.add(KEY, ONE, 0, 0, 1, 0)).toBeNull();
    expect(hellos.get(KEY)!.places).toHaveLength(512);
  });

  test('as long as hellos are', () => {
    const hellos = new HelloPieces();
    expect(hellos.add(KEY, ONE, 0, 65_535, 1, 0)!.places).toEqual([65_535, 65_536]);
    expect(hellos.add({}, ONE, 0, 65_536, 1, 0)).toBeNull();
  });

  test('of all together, 32 MiB, whoever sends them', () => {
    const hellos = new HelloPieces();
    for (let count = 0; count < 1000; count++) hellos.add({}, ONE, 0, 65_535, 1, 0);
    expect(hellos.held).toBe(Math.floor(2 ** 25 / (65_536 + OWN)) * (65_536 + OWN));
    for (let count = 0; count < 20_000; count++) hellos.add({}, ONE, 0, 0, 1, 0);
    expect(hellos.held).toBe(16_384 * (OWN + 1));
  });
});
