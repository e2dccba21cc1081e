import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../../src/core/filter/bind.ts';
import { compileExpectation } from '../../../src/core/filter/expectation.ts';
import { parseFilter } from '../../../src/core/filter/parse.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { iface } from '../../../src/core/record/tables/iface.ts';
import { ANY_CHARACTER } from '../../support/any-character.ts';
import { failureOf } from './failing.ts';
import { evaluate, model, row, write } from './model.ts';
import { printExpr, withoutPlaces } from './print.ts';
import { sample } from './sample.ts';

const rows = fc.array(row, { maxLength: 8 });
const wantedCount = fc.constantFrom(-1, 0, 0.5, 1, 1.5, 2, 3, 4, 5, 7.5, 8, 9);
const comparison = fc.constantFrom<[string, (count: number, wanted: number) => boolean]>(
  ['==', (count, wanted) => count === wanted],
  ['!=', (count, wanted) => count !== wanted],
  ['<', (count, wanted) => count < wanted],
  ['<=', (count, wanted) => count <= wanted],
  ['>', (count, wanted) => count > wanted],
  ['>=', (count, wanted) => count >= wanted],
);
const spelling = fc.constantFrom('words' as const, 'symbols' as const);

describe('against a naive evaluator', () => {
  test('filters pick the same rows', () => {
    fc.assert(
      fc.property(model, rows, spelling, (filter, some, style) => {
        const { matches } = compileFilter(write(filter, style), sample);
        for (const one of some) expect(matches(one)).toBe(evaluate(filter, one, false));
      }),
      { numRuns: 2000 },
    );
  });

  test('filters read the fields they say', () => {
    fc.assert(
      fc.property(model, row, (filter, one) => {
        const { fields, matches } = compileFilter(write(filter, 'words'), sample);
        const visible = Object.fromEntries(Object.entries(one).filter(([name]) => fields.has(name)));
        expect(matches(visible)).toBe(matches(one));
      }),
    );
  });

  test('all, any, none and count', () => {
    fc.assert(
      fc.property(model, rows, comparison, wantedCount, (filter, some, [relation, compare], wanted) => {
        const outcomes = some.map((one) => evaluate(filter, one, null));
        const source = write(filter, 'words');
        const holds = (expectation: string) => {
          const tally = compileExpectation(expectation, sample).start();
          for (const one of some) tally.add(one);
          return tally.holds();
        };
        const all = outcomes.includes(false) ? false : outcomes.length === 0 || outcomes.includes(null) ? null : true;
        expect(holds(`all(${source})`)).toBe(all);
        const any = outcomes.includes(true) ? true : outcomes.includes(null) ? null : false;
        expect(holds(`any(${source})`)).toBe(any);
        expect(holds(`none(${source})`)).toBe(any === null ? null : !any);
        // every way in which the unknown rows may turn out
        const certain = outcomes.filter((outcome) => outcome === true).length;
        const most = certain + outcomes.filter((outcome) => outcome === null).length;
        const counts = Array.from({ length: most - certain + 1 }, (_, more) => certain + more);
        const verdicts = new Set(counts.map((count) => compare(count, wanted)));
        expect(holds(`count(${source}) ${relation} ${wanted}`)).toBe(verdicts.size === 1 ? [...verdicts][0] : null);
      }),
      { numRuns: 500 },
    );
  });

  test('what is parsed prints and parses to the same', () => {
    fc.assert(
      fc.property(model, spelling, (filter, style) => {
        const expr = parseFilter(write(filter, style));
        expect(withoutPlaces(parseFilter(printExpr(expr)))).toEqual(withoutPlaces(expr));
      }),
    );
  });
});

describe('any text is understood or refused with its place', () => {
  const pieces = fc.constantFrom(
    ...'( ) { } ! not and or && || == != < <= > >= ~ in contains matches , .. . - / : * % " \' \\ 0 1.5 5ms 10KB 5%'.split(
      ' ',
    ),
    ...'tcp port stream pid rtt_ms state LISTEN ip.src flags time name null true 10.0.0.1 ::1 10.0.0.0/8 /33'.split(
      ' ',
    ),
    ...'count( any( all( none( sum( avg( max( rx_bytes 2024-05-01 "[" "a(" constructor __proto__ 😀 \ud800 \0 \x1b[2J'.split(
      ' ',
    ),
    '\n',
    ' ',
  );
  const soup = fc.array(pieces, { maxLength: 12 }).chain((parts) => fc.constantFrom(parts.join(' '), parts.join('')));
  const source = fc.oneof(soup, fc.string({ unit: ANY_CHARACTER }), fc.string({ unit: 'grapheme' }));

  test.each([
    ['filter', compileFilter],
    ['expectation', compileExpectation],
  ] as const)('%s', (_, compile) => {
    fc.assert(
      fc.property(source, fc.constantFrom(conn, iface), (text, table) => {
        try {
          compile(text, table);
        } catch {
          failureOf(() => compile(text, table));
        }
      }),
      { numRuns: 3000 },
    );
  });
});
