import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expr, Literal, Member, Relation, Term } from '../../../src/core/filter/expr.ts';
import { parseFilter } from '../../../src/core/filter/parse.ts';
import { ANY_CHARACTER } from '../../support/any-character.ts';
import { failureOf, report } from './failing.ts';
import { printExpr, withoutPlaces } from './print.ts';

/** What the parser made of it, with parentheses around every connective. */
function grouped(source: string): string {
  const print = (expr: Expr): string => {
    if (expr.kind === 'leaf') return printExpr(expr);
    if (expr.kind === 'not') return `(not ${print(expr.operand)})`;
    return `(${expr.operands.map(print).join(` ${expr.kind} `)})`;
  };
  return print(parseFilter(source));
}

describe('grammar', () => {
  test.each([
    ['tcp', 'tcp'],
    ['!dns', '(not dns)'],
    ['not arp', '(not arp)'],
    ['NOT arp', '(not arp)'],
    ['!!a', '(not (not a))'],
    ['tcp and port 443', '(tcp and port == 443)'],
    ['tcp && udp', '(tcp and udp)'],
    ['tcp AND udp', '(tcp and udp)'],
    ['dns or icmp', '(dns or icmp)'],
    ['dns || icmp || arp', '(dns or icmp or arp)'],
    ['a or b and c', '(a or (b and c))'],
    ['a and b or c and d', '((a and b) or (c and d))'],
    ['not a and b', '((not a) and b)'],
    ['not (a and b)', '(not (a and b))'],
    ['(a or b) and c', '((a or b) and c)'],
    ['((a))', 'a'],
    ['!(a)or b', '((not a) or b)'],
    ['not rtt_ms > 5 and b', '((not rtt_ms > 5) and b)'],
    ['port 443', 'port == 443'],
    ['port == 443', 'port == 443'],
    ['port==443', 'port == 443'],
    ['port eq 443', 'port == 443'],
    ['stream 7', 'stream == 7'],
    ['port', 'port'],
    ['port and tcp', '(port and tcp)'],
    ['port in {80, 443}', 'port in {80, 443}'],
    ['port in{80,1000..2000}', 'port in {80, 1000..2000}'],
    ['port in {1000 .. 2000}', 'port in {1000..2000}'],
    ['port not in {80}', '(not port in {80})'],
    ['name not contains x', '(not name contains x)'],
    ['a ne b', 'a != b'],
    ['a lt 1 or a le 1 or a gt 1 or a GE 1', '(a < 1 or a <= 1 or a > 1 or a >= 1)'],
    ['a ~ "x"', 'a matches "x"'],
    ['contains "hello"', 'contains "hello"'],
    ['"hello world"', 'contains "hello world"'],
    ["'hello'", 'contains "hello"'],
    ['api.example.com', 'api.example.com'],
    ['ip.src == 10.0.0.0/8', 'ip.src == 10.0.0.0/8'],
    ['2001:db8::1', '2001:db8::1'],
    ['a == -1.5e3', 'a == -1.5e3'],
    ['time > 2024-05-01T10:00:00+02:00', 'time > 2024-05-01T10:00:00+02:00'],
    ['x < 5%', 'x < 5%'],
    ['../etc/*.conf', '../etc/*.conf'],
    ['a in {1..2} or b..c', '(a in {1..2} or b..c)'],
    ['größe == 5µs', 'größe == 5µs'],
    ['"and" and "or"', '(contains "and" and contains "or")'],
    [' \t tcp\n', 'tcp'],
  ])('%s → %s', (source, expected) => {
    expect(grouped(source)).toBe(expected);
  });

  test('places count UTF-16 units', () => {
    expect(parseFilter('"😀" or größe == "é"')).toMatchObject({
      operands: [
        { leaf: { needle: { column: 0, length: 4 } } },
        { leaf: { field: { column: 8, length: 5 }, value: { column: 17, length: 3 } } },
      ],
    });
  });
});

test.each([
  [String.raw`"a\"b"`, 'a"b'],
  [String.raw`'a\'b"'`, `a'b"`],
  [String.raw`"a\\b"`, 'a\\b'],
  [String.raw`"\n\r\t"`, '\n\r\t'],
  [String.raw`"\x41\u00e9\uD83D\uDE00"`, 'Aé😀'],
  [String.raw`"\d+\.\x4\u12"`, String.raw`\d+\.\x4\u12`],
  [String.raw`"\\d"`, String.raw`\d`],
  ['""', ''],
  ['"a\nb"', 'a\nb'],
])('the text of %s', (source, text) => {
  expect(parseFilter(source)).toMatchObject({ leaf: { needle: { text, quoted: true } } });
});

test.each([
  ['', '^', 'expected a field, a protocol, an address or a text, found the end'],
  ['tcp and', '       ^', 'expected a field, a protocol, an address or a text, found the end'],
  ['and tcp', '^^^', 'expected a field, a protocol, an address or a text, found "and"'],
  ['tcp or or udp', '       ^^', 'expected a field, a protocol, an address or a text, found "or"'],
  ['(tcp', '    ^', 'expected ")", found the end'],
  ['tcp)', '   ^', 'this ")" closes nothing'],
  ['()', ' ^', 'expected a field, a protocol, an address or a text, found ")"'],
  [
    'tcp udp',
    '    ^^^',
    'expected "and" or "or", found "udp"\na value needs == before it, a text with spaces needs quotes',
  ],
  ['port 80,443', '       ^', 'expected "and" or "or", found ","\nseveral values: port in {80, 443}'],
  ['port = 80', '     ^', 'unexpected "="\nwrite =='],
  ['a & b', '  ^', 'unexpected "&"\nwrite and'],
  ['a | b', '  ^', 'unexpected "|"\nwrite or'],
  ['a#b', ' ^', 'unexpected "#"\na text with # in it needs quotes'],
  ['tcp 😀', '    ^^', 'unexpected "😀"\na text with 😀 in it needs quotes'],
  ['a == "b', '     ^^', 'the text has no closing "'],
  ["a == 'b\\'", '     ^^^^', "the text has no closing '"],
  ['a ==', '    ^', 'expected a value after "==", found the end'],
  ['a == and b', '     ^^^', 'expected a value after "==", found "and"'],
  ['== 5', '^^', 'expected a field, a protocol, an address or a text, found "=="'],
  ['a == {1}', '     ^', 'expected a value after "==", found "{"\nseveral values: a in {a, b}'],
  ['a in 5', '     ^', 'expected "{", found "5"'],
  ['a in {}', '      ^', 'expected a value, found "}"'],
  ['a in {1,}', '        ^', 'expected a value, found "}"'],
  ['a in {1 2}', '        ^', 'expected "}", found "2"'],
  ['a in {1..}', '         ^', 'expected the end of the range, found "}"'],
  ['contains', '        ^', 'expected a text after "contains", found the end'],
])('error in %s', (source, carets, message) => {
  expect(report(() => parseFilter(source))).toBe(`${source}\n${carets}\n${message}`);
});

describe('bounds', () => {
  test('200 levels are enough, more are an error', () => {
    expect(grouped(`${'('.repeat(200)}a${')'.repeat(200)}`)).toBe('a');
    expect(failureOf(() => parseFilter(`${'('.repeat(201)}a${')'.repeat(201)}`)).place?.column).toBe(200);
    expect(failureOf(() => parseFilter(`${'!'.repeat(201)}a`)).message).toContain('200 levels');
    expect(failureOf(() => parseFilter('('.repeat(60_000))).message).toContain('200 levels');
    expect(failureOf(() => parseFilter('not '.repeat(16_000))).message).toContain('200 levels');
  });

  test('chains are flat, however long', () => {
    const chain = parseFilter(`${'a or '.repeat(13_000)}b`);
    expect(chain.kind === 'or' && chain.operands.length).toBe(13_001);
  });

  test('64 KiB of source are enough, more are an error', () => {
    expect(parseFilter(`"${'a'.repeat(65_534)}"`)).toMatchObject({ kind: 'leaf' });
    expect(failureOf(() => parseFilter('a'.repeat(65_537))).message).toContain('65536');
  });
});

describe('properties', () => {
  const literal = (text: string, quoted: boolean): Literal => ({ text, quoted, column: 0, length: 0 });
  const word = fc
    .stringMatching(/^[A-Za-z0-9_.:/*%+@-]{1,12}$/)
    .filter((text) => !/^(and|or|not|in|contains|port|stream)$/i.test(text) && !text.includes('..'))
    .map((text) => literal(text, false));
  const value = fc.oneof(
    word,
    fc.string({ unit: ANY_CHARACTER }).map((text) => literal(text, true)),
  );
  const relation = fc.constantFrom<Relation>('==', '!=', '<', '<=', '>', '>=', 'contains', 'matches');
  const inner = fc.tuple(word, word).filter(([from, to]) => !from.text.endsWith('.') && !to.text.startsWith('.'));
  const member: fc.Arbitrary<Member> = fc.oneof(
    value.map((one): Member => ({ kind: 'value', value: one })),
    inner.map(([from, to]): Member => ({ kind: 'range', from, to })),
  );
  const term: fc.Arbitrary<Term> = fc.oneof(
    word.map((one): Term => ({ kind: 'word', word: one })),
    value.map((needle): Term => ({ kind: 'search', needle })),
    fc.record({ kind: fc.constant('compare' as const), field: word, relation, value }),
    fc.record({ kind: fc.constant('in' as const), field: word, members: fc.array(member, { minLength: 1 }) }),
  );
  const { expr } = fc.letrec<{ expr: Expr }>((tie) => ({
    expr: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      term.map((leaf): Expr => ({ kind: 'leaf', leaf })),
      fc.record({ kind: fc.constant('not' as const), operand: tie('expr') }),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        operands: fc.array(tie('expr'), { minLength: 2, maxLength: 4 }),
      }),
    ),
  }));

  test('what is printed parses to the same', () => {
    fc.assert(
      fc.property(expr, (tree) => {
        expect(withoutPlaces(parseFilter(printExpr(tree)))).toEqual(withoutPlaces(tree));
      }),
      { numRuns: 500 },
    );
  });
});
