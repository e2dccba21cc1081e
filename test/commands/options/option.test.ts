import { describe, expect, test } from 'vitest';
import {
  choice,
  describeOption,
  duration,
  flag,
  integer,
  language,
  type Option,
  period,
  size,
  text,
  words,
} from '../../../src/commands/options/option.ts';

const SIZE = 'a size of at least a byte and below 2 GiB';
const LIST = 'a list such as a,b,c';
const SPAN = 'a length of time such as 500ms, 2s, 1m (at most 24d)';
const PAST = 'a length of time such as 1h, 7d, 30d';

const OPTIONS: Readonly<Record<string, Option>> = {
  flag: flag('F.'),
  text: text('T.'),
  words: words('W.'),
  integer: integer('I.', { least: 2, most: 9 }),
  open: integer('O.', { least: 0 }),
  size: size('S.'),
  duration: duration('D.'),
  period: period('P.'),
  language: language('L.'),
  choice: choice('C.', ['one', 'two']),
};

test.each<[name: string, typed: string, value: unknown]>([
  ['flag', '', true],
  ['text', ' ', ' '],
  ['words', 'a', ['a']],
  ['words', ' a , b', ['a', 'b']],
  ['integer', '2', 2],
  ['integer', '9', 9],
  ['integer', '09', 9],
  ['open', '0', 0],
  ['open', String(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER],
  ['size', '1', 1],
  ['size', '1.5', 1],
  ['size', '2M', 2_000_000],
  ['size', '4MiB', 4_194_304],
  ['size', '2147483647', 2_147_483_647],
  ['duration', '2', 2000],
  ['duration', '2.5', 2500],
  ['duration', '2.', 2000],
  ['duration', '.5', 500],
  ['duration', '500ms', 500],
  ['duration', '1m', 60_000],
  ['duration', '1h', 3_600_000],
  ['duration', '24d', 2_073_600_000],
  ['duration', '2147483647ms', 2_147_483_647],
  ['period', '25d', 2_160_000_000],
  ['period', '36500d', 3_153_600_000_000],
  ['language', 'de', 'de'],
  ['language', 'PT-br', 'pt-BR'],
  ['choice', 'two', 'two'],
])('--%s "%s" is %j', (name, typed, value) => {
  expect(OPTIONS[name]!.read(typed, name)).toEqual(value);
});

test.each([
  ['text', '', '--text is empty'],
  ['words', '', `--words "" is not ${LIST}`],
  ['words', 'a,,b', `--words "a,,b" is not ${LIST}`],
  ['words', 'a, ', `--words "a, " is not ${LIST}`],
  ['integer', '1', '--integer "1" is not a whole number from 2 to 9'],
  ['integer', '10', '--integer "10" is not a whole number from 2 to 9'],
  ['integer', '3.5', '--integer "3.5" is not a whole number from 2 to 9'],
  ['integer', '-3', '--integer "-3" is not a whole number from 2 to 9'],
  ['integer', '', '--integer "" is not a whole number from 2 to 9'],
  ['integer', '00000000000000003', '--integer "00000000000000003" is not a whole number from 2 to 9'],
  ['open', '9007199254740992', '--open "9007199254740992" is not a whole number from 0 to 9007199254740991'],
  ['size', '0', `--size "0" is not ${SIZE}`],
  ['size', '0.9', `--size "0.9" is not ${SIZE}`],
  ['size', '2147483648', `--size "2147483648" is not ${SIZE}`],
  ['size', '2GiB', `--size "2GiB" is not ${SIZE}`],
  ['size', 'many', '--size "many" is not a size, as in 1500, 10KB (10,000 bytes), 4KiB (4,096 bytes)'],
  ['duration', '0', `--duration "0" is not ${SPAN}`],
  ['duration', '', `--duration "" is not ${SPAN}`],
  ['duration', '.', `--duration "." is not ${SPAN}`],
  ['duration', '-1', `--duration "-1" is not ${SPAN}`],
  ['duration', '1w', `--duration "1w" is not ${SPAN}`],
  ['duration', '1 s', `--duration "1 s" is not ${SPAN}`],
  ['duration', '2147483648ms', `--duration "2147483648ms" is not ${SPAN}`],
  ['duration', '25d', `--duration "25d" is not ${SPAN}`],
  ['period', '36501d', `--period "36501d" is not ${PAST}`],
  ['period', '0', `--period "0" is not ${PAST}`],
  ['language', 'x', '--language "x" is not a language tag such as en, de or pt-BR'],
  ['choice', 'ONE', '--choice "ONE" is not one of one, two'],
])('--%s "%s" is refused', (name, typed, message) => {
  expect(() => OPTIONS[name]!.read(typed, name)).toThrow(expect.objectContaining({ exit: 64, message }));
});

test.each([
  [null, '0d'],
  [1, '1ms'],
  [999, '999ms'],
  [1000, '1s'],
  [1500, '1500ms'],
  [90_000, '90s'],
  [3_600_000, '1h'],
  [86_400_000, '1d'],
  [172_800_000, '2d'],
])('a length of %j ms is written %s', (millis, written) => {
  expect(duration('D.').write(millis)).toBe(written);
  expect(period('D.').write(millis)).toBe(written);
});

describe('what an option is when little or everything is said', () => {
  test('a flag', () => {
    expect(flag('F.')).toMatchObject({
      doc: 'F.',
      short: null,
      also: [],
      value: null,
      absent: false,
      choices: null,
      hidden: false,
      list: false,
      offers: null,
    });
  });
  test('values have names of their kind, and only words are a list', () => {
    const shown = Object.entries(OPTIONS).map(([name, { value, list, absent, choices }]) => [
      name,
      value,
      list,
      absent,
      choices,
    ]);
    expect(shown).toEqual([
      ['flag', null, false, false, null],
      ['text', 'TEXT', false, null, null],
      ['words', 'A,B', true, null, null],
      ['integer', 'N', false, null, null],
      ['open', 'N', false, null, null],
      ['size', 'SIZE', false, null, null],
      ['duration', 'D', false, null, null],
      ['period', 'D', false, null, null],
      ['language', 'TAG', false, null, null],
      ['choice', 'one|two', false, null, ['one', 'two']],
    ]);
  });
  test('all of it', () => {
    const more = { short: 'x', also: ['y'], value: 'V', offers: 'file', hidden: true } as const;
    for (const one of [text('T.', more), words('T.', more), integer('T.', { least: 0 }, more), size('T.', more)])
      expect(one).toMatchObject(more);
    for (const one of [duration('T.', more), period('T.', more), language('T.', more), choice('T.', ['a'], more)])
      expect(one).toMatchObject(more);
    expect(choice('T.', ['a'], more).choices).toEqual(['a']);
  });
  test('a list is written as it is typed', () => {
    expect([words('W.').write(['a', 'b']), integer('I.', { least: 0 }).write(5)]).toEqual(['a,b', '5']);
  });
});

test.each([
  ['nothing to list', text('Doc.'), 'Doc.'],
  ['listed by its value', choice('Doc.', ['one', 'two']), 'Doc.'],
  ['listed in the doc', choice('Either one or two.', ['one', 'two'], { value: 'N' }), 'Either one or two.'],
  ['one not in the doc', choice('Perhaps one.', ['one', 'two'], { value: 'N' }), 'Perhaps one. One of: one, two.'],
  ['several of them', words('Doc.', { choices: ['one', 'two'] }), 'Doc. Of these: one, two.'],
])('help says the values: %s', (_what, one, said) => {
  expect(describeOption(one as Option)).toBe(said);
});
