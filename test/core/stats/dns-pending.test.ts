import { expect, test } from 'vitest';
import type { DnsQueryRow } from '../../../src/core/record/tables/dns-query.ts';
import { Asked } from '../../../src/core/stats/awaited-rows.ts';
import { PendingQueries, type Question } from '../../../src/core/stats/dns-pending.ts';

const asked = (name: string): Asked<DnsQueryRow> =>
  new Asked({ name } as DnsQueryRow, { seconds: 0, nanoseconds: 0 }, true, 1);
const about = (name: string | null, changes: Partial<Question> = {}): Question => ({
  questions: 1,
  name,
  type: 1,
  qclass: 1,
  ...changes,
});
const NONE = about(null, { questions: 0, type: null, qclass: null });

/** Queries of one conversation, each by its name. */
function pendingOf(...names: readonly string[]): PendingQueries {
  const pending = new PendingQueries();
  for (const name of names) pending.add('c', about(name), asked(name));
  return pending;
}
const nameOf = (found: Asked<DnsQueryRow> | null) => found?.row.name ?? null;

test('the query with the question of the answer, in any case of letters, once', () => {
  const pending = pendingOf('a', 'b');
  expect([nameOf(pending.find('c', about('B'))), nameOf(pending.take('c', about('B')))]).toEqual(['b', 'b']);
  expect([pending.find('c', about('b')), pending.take('c', about('b'))]).toEqual([null, null]);
  expect(nameOf(pending.take('c', about('a')))).toBe('a');
});

test.each<[string, Partial<Question>]>([
  ['another name', { name: 'z' }],
  ['another type', { type: 28 }],
  ['another class', { qclass: 3 }],
])('%s is another question', (_what, changes) => {
  const pending = pendingOf('a');
  expect(pending.take('c', about('a', changes))).toBeNull();
  expect(pending.take('d', about('a'))).toBeNull();
  expect(nameOf(pending.take('c', about('a')))).toBe('a');
});

test.each<[string, Partial<Question>, string | null]>([
  ['its name', { name: null }, 'a'],
  ['its type and class', { type: null, qclass: null }, 'a'],
  ['its class, and has another type', { type: 28, qclass: null }, null],
  ['its class, and has another name', { name: 'z', qclass: null }, null],
  ['its name, and has another class', { name: null, qclass: 3 }, null],
])('an answer that does not show %s', (_what, changes, expected) => {
  expect(nameOf(pendingOf('a').take('c', about('a', changes)))).toBe(expected);
});

test('an answer without a question is of the first that waits, whichever were taken out between', () => {
  for (const [taken, left] of [
    [[], ['a', 'b', 'c', 'd']],
    [['a'], ['b', 'c', 'd']],
    [['d'], ['a', 'b', 'c']],
    [
      ['b', 'c'],
      ['a', 'd'],
    ],
    [
      ['a', 'd'],
      ['b', 'c'],
    ],
    [['a', 'b', 'c', 'd'], []],
  ] as const) {
    const pending = pendingOf('a', 'b', 'c', 'd');
    for (const name of taken) pending.take('c', about(name));
    pending.add('c', about('e'), asked('e'));
    const found: (string | null)[] = [];
    for (let count = 0; count < 6; count++) found.push(nameOf(pending.take('c', NONE)));
    expect(found.filter((name) => name !== null)).toEqual([...left, 'e']);
  }
});

test('a query without a question is answered by none that has one', () => {
  const pending = new PendingQueries();
  pending.add('c', NONE, asked('empty'));
  expect(pending.take('c', about('a'))).toBeNull();
  expect(nameOf(pending.take('c', NONE))).toBe('empty');
});

test('one that is asked again takes the place of the one before, and one that is not known never does', () => {
  const pending = pendingOf('a');
  pending.add('c', about('a'), asked('again'));
  expect([nameOf(pending.take('c', about('a'))), pending.take('c', about('a'))]).toEqual(['again', null]);
  const cut = about('a', { qclass: null });
  pending.add('c', cut, asked('one'));
  pending.add('c', cut, asked('two'));
  expect([nameOf(pending.take('c', cut)), nameOf(pending.take('c', cut)), pending.take('c', cut)]).toEqual([
    'one',
    'two',
    null,
  ]);
});

test('no more than thirty-two are looked at', () => {
  for (const [others, expected] of [
    [31, 'last'],
    [32, null],
  ] as const) {
    const pending = new PendingQueries();
    for (let number = 0; number < others; number++) pending.add('c', about(`${number}`, { type: 28 }), asked('other'));
    pending.add('c', about('last'), asked('last'));
    expect(nameOf(pending.take('c', about(null)))).toBe(expected);
  }
});

test('of more than ten thousand the oldest gives way, and is in no list', () => {
  const pending = new PendingQueries();
  const gone: (string | null)[] = [];
  for (let number = 0; number < 10_002; number++) {
    const gave = pending.add(number < 2 ? 'c' : 'd', about(`${number}`), asked(`${number}`));
    if (gave !== null) gone.push(nameOf(gave));
  }
  expect([gone, pending.take('c', NONE)]).toEqual([['0', '1'], null]);
  expect(nameOf(pending.take('d', NONE))).toBe('2');
});
