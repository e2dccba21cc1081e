import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileExpectation } from '../../../src/core/filter/expectation.ts';
import { PercentileFigure } from '../../../src/core/filter/figure.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { iface } from '../../../src/core/record/tables/iface.ts';
import { report } from './failing.ts';
import { type SampleRow, sample, sampleRow } from './sample.ts';

function holds(source: string, rows: readonly SampleRow[]): boolean | null {
  const tally = compileExpectation(source, sample).start();
  for (const row of rows) tally.add(row);
  return tally.holds();
}

const CURL = sampleRow({ process: 'curl', state: 'ESTABLISHED', rtt_ms: 10, size: 600_000_000, pid: 1 });
const NGINX = sampleRow({ process: 'nginx', state: 'LISTEN', src_port: 80, pid: 2 });
const SSH = sampleRow({ process: 'ssh', state: 'ESTABLISHED', rtt_ms: 30, size: 600_000_000, pid: 3 });
const ROWS = [CURL, NGINX, SSH];

test.each([
  ['count() > 0', true],
  ['count() == 3', true],
  ['COUNT() eq 3', true],
  ['count() != 3', false],
  ['count(state == ESTABLISHED) < 50', true],
  ['count(state == ESTABLISHED) < 2', false],
  ['count(tcp or port 80) >= 1', true],
  ['any(state == LISTEN and port == 80)', true],
  ['any(state == LISTEN and port == 5432)', false],
  ['any()', true],
  ['none(process == "nc")', true],
  ['none(process == "curl")', false],
  ['none()', false],
  ['all(pid > 0)', true],
  ['all(pid > 1)', false],
  ['sum(size) > 1GB', true],
  ['sum(size) == 1.2GB', true],
  ['sum(size, process == curl) > 1GB', false],
  ['min(rtt_ms) == 10ms', true],
  ['max(rtt_ms) < 0.03s', false],
  ['max(rtt_ms) <= 0.03s', true],
  ['avg(rtt_ms) == 20', true],
  ['avg(rtt_ms, process == "curl") < 20ms', true],
  ['not any(process == nc) and count() > 1', true],
  ['count() > 5 or (any(process == ssh) && !none(process == ssh))', true],
  ['avg(pid) > 1.9 and avg(pid) < 2.1', true],
])('%s: %s', (source, expected) => {
  expect(holds(source, ROWS)).toBe(expected);
});

test.each(['count() == 3', 'count(*) == 3', 'count( * ) == 3', 'any(*)', 'not none(*)', 'sum(pid, *) == 6'])(
  'all rows: %s',
  (source) => {
    expect(holds(source, ROWS)).toBe(true);
  },
);

test.each([
  ['count(established) == 2', true],
  ['count(tcp) == 0', null], // no row knows its protocol
  ['any(10.0.0.1)', null],
  ['count("curl") == 1', true],
  ['count(contains "CURL") == 1', true],
  ["count('LISTN') == 0", true],
])('words: %s', (source, expected) => {
  expect(holds(source, ROWS)).toBe(expected);
});

test.each([
  [
    conn,
    'count(CLOSEWAIT) == 0',
    '      ^^^^^^^^^',
    '"CLOSEWAIT" is no field, protocol or value of conn\ndid you mean state == CLOSE_WAIT?',
  ],
  [
    conn,
    'any(proc_fd-exact)',
    '    ^^^^^^^^^^^^^',
    '"proc_fd-exact" is no field, protocol or value of conn\ndid you mean attribution == "proc_fd exact"?',
  ],
  // a protocol that no field of the table tells
  [
    iface,
    'none(http)',
    '     ^^^^',
    '"http" is no field, protocol or value of iface\nto search for it: contains "http"',
  ],
])('a word that means nothing is an error: %#', (of, source, carets, message) => {
  expect(report(() => compileExpectation(source, of))).toBe(`${source}\n${carets}\n${message}`);
});

const ANON = sampleRow({ state: 'ESTABLISHED', size: 1 });

describe('not enough evidence', () => {
  test.each([
    // CURL, NGINX and SSH know their process, ANON does not
    ['none(process == "nc")', null],
    ['none(process == "ssh")', false],
    ['none(not process == "nc")', false],
    ['none(process != "nc" and pid > 9)', null],
    ['none(process == "nc" and state == LISTEN)', true],
    ['any(process == "nc")', null],
    ['any(process == "ssh")', true],
    ['any(not process == "nc" and state == TIME_WAIT)', false],
    ['any(not (process == "nc" or process))', null],
    // 1 or 2
    ['count(process == "ssh") == 1', null],
    ['count(process == "ssh") == 2', null],
    ['count(process == "ssh") == 3', false],
    ['count(process == "ssh") == 1.5', false],
    ['count(process == "ssh") != 0', true],
    ['count(process == "ssh") != 2', null],
    ['count(process == "ssh") >= 1', true],
    ['count(process == "ssh") > 1', null],
    ['count(process == "ssh") > 2', false],
    ['count(process == "ssh") < 3', true],
    ['count(process == "ssh") < 2', null],
    ['count(process == "ssh") <= 2', true],
    ['count(process == "ssh") < 1', false],
    // the value itself
    ['none(process and process == "nc")', true],
    ['none(process == "nc" and process != null)', true],
    ['count(not process) == 1', true],
    ['count(process) == 3', true],
    ['count(process == null) == 1', true],
    ['any(process in {null, "nc"})', true],
    ['count(process == null or process == "ssh") == 2', true],
    // numbers
    ['sum(size, process != "nc") > 1GB', null],
    ['max(size, process == "ssh") > 1', null],
    ['min(size, state == ESTABLISHED) == 1', true],
    ['avg(rtt_ms, process != "nc") == 20', true], // ANON has none
    // it spreads as Kleene has it
    ['not none(process == "nc")', null],
    ['none(process == "nc") and count() == 9', false],
    ['none(process == "nc") or count() == 4', true],
  ])('one owner unknown: %s', (source, expected) => {
    expect(holds(source, [...ROWS, ANON])).toBe(expected);
    expect(holds(source, [ANON, ...ROWS])).toBe(expected);
  });

  test.each([
    // no rows
    ['count() == 0', [], true],
    ['any(pid > 0)', [], false],
    ['none(pid > 0)', [], true],
    ['all(pid > 0)', [], null],
    ['sum(size) >= 0', [], null],
    ['min(size) >= 0', [], null],
    ['max(size) >= 0', [], null],
    ['avg(size) >= 0', [], null],
    // only nulls
    ['sum(size) >= 0', [NGINX], null],
    ['avg(rtt_ms) < 20', [NGINX], null],
    ['avg(rtt_ms, process == nginx) < 20', ROWS, null],
    ['avg(rtt_ms) < 25', ROWS, true],
    // a row that cannot say
    ['all(rtt_ms < 100)', ROWS, null],
    ['all(not rtt_ms < 100)', [NGINX], null],
    ['all(rtt_ms < 20)', ROWS, false],
    ['all(rtt_ms < 20)', [NGINX, SSH], false],
    ['all(rtt_ms < 20)', [SSH, NGINX], false],
    ['all(rtt_ms < 20 or state == LISTEN)', [CURL, NGINX], true],
    ['all(rtt_ms == null or rtt_ms < 100)', ROWS, true],
    ['all(rtt_ms)', [NGINX], false],
    ['all(rtt_ms < 20 and state == ESTABLISHED)', [NGINX], false],
    ['all(port == 80)', [NGINX], true],
    // it spreads as Kleene has it
    ['all(rtt_ms < 100) and count() > 0', ROWS, null],
    ['all(rtt_ms < 100) and count() > 9', ROWS, false],
    ['all(rtt_ms < 100) or count() > 0', ROWS, true],
    ['all(rtt_ms < 100) or count() > 9', ROWS, null],
    ['not all(rtt_ms < 100)', ROWS, null],
  ])('%s over %#', (source, rows, expected) => {
    expect(holds(source, rows)).toBe(expected);
  });
});

describe('explains', () => {
  const explain = (source: string, rows: readonly SampleRow[]) => {
    const tally = compileExpectation(source, sample).start();
    for (const row of rows) tally.add(row);
    return tally.explain();
  };
  const four = [...ROWS, ANON];

  test.each([
    ['count(state == ESTABLISHED) < 3', four, 'count(state == ESTABLISHED) is 3'],
    ['COUNT( * ) > 5', four, 'COUNT( * ) is 4'],
    ['count(tcp\n  or pid) > 5', ROWS, 'count(tcp or pid) is 3'],
    ['count(process == "ssh") > 1', four, 'count(process == "ssh") is from 1 to 2: it cannot be told for 1 of 4 rows'],
    ['none(process == "x")', four, 'none(process == "x") cannot be told for 1 of 4 rows'],
    ['none(process == "ssh")', four, 'none(process == "ssh") is false: 1 of 4 rows match'],
    ['any(pid > 9)', ROWS, 'any(pid > 9) is false: 0 of 3 rows match'],
    ['any(pid > 1)', ROWS, 'any(pid > 1) is true: 2 of 3 rows match'],
    ['all(pid > 1)', ROWS, 'all(pid > 1) is false: 2 of 3 rows match'],
    ['all(rtt_ms > 1)', ROWS, 'all(rtt_ms > 1) cannot be told for 1 of 3 rows'],
    ['all(pid > 1)', [], 'all(pid > 1) is unknown: there are no rows'],
    ['avg(rtt_ms) > 50', [NGINX], 'avg(rtt_ms) is unknown: no row has a value'],
    ['avg(rtt_ms) > 50', ROWS, 'avg(rtt_ms) is 20'],
    ['sum(size) > 9GB', ROWS, 'sum(size) is 1200000000'],
    ['sum(size, process != "nc") > 1GB', four, 'sum(size, process != "nc") cannot be told for 1 of 4 rows'],
    ['max(pid) > 5 and not count() < 9', ROWS, 'max(pid) is 3, count() is 3'],
    ['count() > 5 or count() < 1', ROWS, 'count() is 3'],
  ])('%s', (source, rows, expected) => {
    expect(explain(source, rows)).toBe(expected);
  });

  test('figures without the noise of binary fractions', () => {
    const rows = [sampleRow({ rtt_ms: 0.1 }), sampleRow({ rtt_ms: 0.2 })];
    expect(explain('sum(rtt_ms) > 1', rows)).toBe('sum(rtt_ms) is 0.3');
  });

  test('in bounded length', () => {
    expect(explain(`count(process == "${'a'.repeat(99)}") > 1`, [])).toBe(
      `count(process == "${'a'.repeat(42)}… is 0`, // 60 characters
    );
    const many = Array.from({ length: 999 }, (_, index) => `count(pid > ${index}) > 1`).join(' and ');
    expect(explain(many, [])).toMatch(/^count\(pid > 0\) is 0, .*count\(pid > 7\) is 0, …$/);
  });
});

test('tallies are apart', () => {
  const expectation = compileExpectation('count() == 1', sample);
  const [first, second] = [expectation.start(), expectation.start()];
  first.add(CURL);
  expect([first.holds(), second.holds()]).toEqual([true, false]);
  first.add(CURL);
  expect(first.holds()).toBe(false);
});

test('knows which fields it reads', () => {
  const { fields } = compileExpectation('avg(rtt_ms, process == curl) < 5 and any(port 80) or count() > 1', conn);
  expect([...fields].sort()).toEqual(['local_port', 'process', 'remote_port', 'rtt_ms']);
});

const ONE_OF = 'expected one of count, any, all, none, sum, min, max, avg, p95 (any percentile)';

test.each([
  ['', '^', `${ONE_OF}, found the end\nas in count(…) < 50`],
  ['pid > 5', '^^^', `${ONE_OF}, found "pid"\nsay of which rows: all(pid > 5) or any(pid > 5)`],
  ['port 80', '^^^^', `${ONE_OF}, found "port"\nsay of which rows: all(port 80) or any(port 80)`],
  ['median(rtt_ms) > 5', '^^^^^^', `${ONE_OF}, found "median"\ndid you mean p50(…)?`],
  ['p95', '^^^', `${ONE_OF}, found "p95"\nsay of which rows: all(p95) or any(p95)`],
  ['p(rtt_ms) > 5', '^', `${ONE_OF}, found "p"`],
  ['"p95"(rtt_ms) > 5', '^^^^^', `${ONE_OF}, found "p95"\nas in count(…) < 50`],
  ['p0(rtt_ms) > 5', '^^', '"p0" is no percentile: above 0, at most 100\nmin(…) is the least'],
  ['p0.000(rtt_ms) > 5', '^^^^^^', '"p0.000" is no percentile: above 0, at most 100\nmin(…) is the least'],
  ['p101(rtt_ms) > 5', '^^^^', '"p101" is no percentile: above 0, at most 100\nmax(…) is the most'],
  ['p100.001(rtt_ms) > 5', '^^^^^^^^', '"p100.001" is no percentile: above 0, at most 100\nmax(…) is the most'],
  ['p99.9999(rtt_ms) > 5', '^^^^^^^^', `${ONE_OF}, found "p99.9999"`],
  ['p1000(rtt_ms) > 5', '^^^^^', `${ONE_OF}, found "p1000"`],
  ['p95(rtt_ms)', '           ^', 'expected a comparison after p95(…), found the end\nas in p95(…) > 10'],
  ['p95() < 5', '    ^', 'expected a field, found ")"'],
  ['p95(process) < 5', '    ^^^^^^^', 'process is not a number\ncount(…) counts rows whatever they hold'],
  ['p95(port) < 5', '    ^^^^', 'port is several fields\nsrc_port or dst_port'],
  ['p95(rtt_ms tcp) < 5', '           ^^^', 'expected ",", found "tcp"'],
  ['p95(rtt_ms) < 5KB', '              ^^^', '"5KB" is not a duration\nas in 20 (milliseconds), 20ms, 1.5s'],
  ['conut(tcp) > 5', '^^^^^', `${ONE_OF}, found "conut"\ndid you mean count(…)?`],
  ['count', '^^^^^', `${ONE_OF}, found "count"\nsay of which rows: all(count) or any(count)`],
  ['count(tcp)', '          ^', 'expected a comparison after count(…), found the end\nas in count(…) > 10'],
  [
    'count(tcp) contains 5',
    '           ^^^^^^^^',
    'expected a comparison after count(…), found "contains"\nas in count(…) > 10',
  ],
  ['count(tcp) > many', '             ^^^^', '"many" is not a number\nas in 1500, 10k, 2M'],
  ['count(tcp', '         ^', 'expected ")", found the end'],
  ['any(tcp) > 3', '         ^', 'expected "and" or "or", found ">"'],
  [
    'any(tcp) any(udp)',
    '         ^^^',
    'expected "and" or "or", found "any"\na value needs == before it, a text with spaces needs quotes',
  ],
  [
    'any(rtt > 5)',
    '    ^^^',
    'unknown field "rtt" in the sample filter\ndid you mean rtt_ms? see: netwatch fields sample',
  ],
  [
    'count(LISTENN) == 0',
    '      ^^^^^^^',
    '"LISTENN" is no field, protocol or value of sample\ndid you mean state == LISTEN?',
  ],
  [
    'count(TIMEWAIT) == 0',
    '      ^^^^^^^^',
    '"TIMEWAIT" is no field, protocol or value of sample\ndid you mean state == TIME_WAIT?',
  ],
  ['none(estab)', '     ^^^^^', '"estab" is no field, protocol or value of sample\ndid you mean state == ESTABLISHED?'],
  ['any(rtt_m)', '    ^^^^^', '"rtt_m" is no field, protocol or value of sample\ndid you mean rtt_ms?'],
  ['any(prot)', '    ^^^^', '"prot" is no field, protocol or value of sample\ndid you mean proto?'],
  [
    'all(tcp and nginx)',
    '            ^^^^^',
    '"nginx" is no field, protocol or value of sample\nto search for it: contains "nginx"',
  ],
  ['count(* and tcp) > 1', '      ^', '"*" is no field, protocol or value of sample\nto search for it: contains "*"'],
  ['all(*)', '^^^', 'all() is about nothing\nas in all(rx_errors == 0)'],
  ['all()', '^^^', 'all() is about nothing\nas in all(rx_errors == 0)'],
  ['sum() > 1', '    ^', 'expected a field, found ")"'],
  ['sum(process) > 1', '    ^^^^^^^', 'process is not a number\ncount(…) counts rows whatever they hold'],
  ['sum(port) > 1', '    ^^^^', 'port is several fields\nsrc_port or dst_port'],
  ['sum(size udp) > 1', '         ^^^', 'expected ",", found "udp"'],
  ['max(rtt_ms) < 5KB', '              ^^^', '"5KB" is not a duration\nas in 20 (milliseconds), 20ms, 1.5s'],
  [`${'('.repeat(201)}any()`, `${' '.repeat(200)}^`, 'nested more than 200 levels deep'],
])('error in %.30s', (source, carets, message) => {
  expect(report(() => compileExpectation(source, sample))).toBe(`${source}\n${carets}\n${message}`);
});

describe('percentiles', () => {
  const timed = (...times: readonly (number | null)[]): readonly SampleRow[] =>
    times.map((rtt_ms) => sampleRow({ rtt_ms, process: 'curl' }));
  /** 1 to 20, the largest first. */
  const TWENTY = timed(...Array.from({ length: 20 }, (_, index) => 20 - index));

  test.each([
    ['p95(rtt_ms) == 19', true],
    ['p95(rtt_ms) != 19', false],
    ['p95(rtt_ms) < 19', false],
    ['p95(rtt_ms) < 19.001', true],
    ['p95(rtt_ms) <= 19', true],
    ['p95(rtt_ms) <= 18.999', false],
    ['p95(rtt_ms) > 19', false],
    ['p95(rtt_ms) > 18.999', true],
    ['p95(rtt_ms) >= 19', true],
    ['p95(rtt_ms) >= 19.001', false],
    ['p95(rtt_ms) == 18', false],
    ['p95(rtt_ms) != 20', true],
    ['P95(rtt_ms) le 0.019s', true],
    ['p50(rtt_ms) == 10', true],
    ['p50.001(rtt_ms) == 11', true],
    ['p90(rtt_ms) == 18', true],
    ['p99(rtt_ms) == 20', true],
    ['p05(rtt_ms) == 1', true],
    ['p5.001(rtt_ms) == 2', true],
    ['p100(rtt_ms) == 20', true],
    ['p99.9(rtt_ms) == 20', true],
    ['p50(rtt_ms, rtt_ms > 10) == 15', true],
    ['p50(rtt_ms, *) == 10 and not p50(rtt_ms) > 10', true],
  ])('%s of 1 to 20: %s', (source, expected) => {
    expect(holds(source, TWENTY)).toBe(expected);
  });

  test('values that are null take no part, and without a value it is unknown', () => {
    expect(holds('p50(rtt_ms) == 2', timed(null, 3, null, 1, 2, null))).toBe(true);
    expect(holds('p50(rtt_ms) < 5', timed(null, null))).toBeNull();
    expect(holds('p50(rtt_ms) < 5', [])).toBeNull();
    expect(holds('p50(rtt_ms, process == ssh) < 5', timed(1, 2))).toBeNull();
  });

  test('a row with a value that cannot tell whether it belongs makes it unknown; one without does not', () => {
    expect(holds('p50(rtt_ms, process == curl) < 5', [...timed(1), sampleRow({ rtt_ms: 1 })])).toBeNull();
    expect(holds('p50(rtt_ms, process == curl) < 5', [...timed(1), sampleRow({ rtt_ms: null })])).toBe(true);
  });

  const explain = (source: string, rows: Iterable<SampleRow>): string => {
    const tally = compileExpectation(source, sample).start();
    for (const row of rows) tally.add(row);
    return tally.explain();
  };

  test('it says what was found', () => {
    expect(explain('p95( rtt_ms ) < 5', TWENTY)).toBe('p95( rtt_ms ) is 19');
    expect(explain('p95(rtt_ms) < 5', timed(null))).toBe('p95(rtt_ms) is unknown: no row has a value');
    expect(explain('p95(rtt_ms, process == x) < 5', [sampleRow({ rtt_ms: 1 })])).toBe(
      'p95(rtt_ms, process == x) cannot be told for 1 of 1 rows',
    );
  });

  test('each answer is that of the sorted values, however they come and whatever they are compared with', () => {
    const value = fc.integer({ min: -3, max: 3 });
    const order = fc.constantFrom('<', '<=', '>', '>=', '==', '!=');
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 100 }),
        order,
        value,
        (values, percent, relation, wanted) => {
          const sorted = [...values].sort((a, b) => a - b);
          const figure = sorted.find((_, index) => 100 * (index + 1) >= percent * sorted.length)!;
          const expected = {
            '<': figure < wanted,
            '<=': figure <= wanted,
            '>': figure > wanted,
            '>=': figure >= wanted,
            '==': figure === wanted,
            '!=': figure !== wanted,
          }[relation];
          expect(holds(`p${percent}(rtt_ms) ${relation} ${wanted}`, timed(...values))).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('of more values than are kept it is still decided, and said on which side it is', () => {
    const many = (last: number): PercentileFigure => {
      const threshold = { wanted: 3, relation: '>' as const, holds: (figure: number) => figure > 3 };
      const figure = new PercentileFigure(threshold, 50, 4);
      for (const one of [1, 2, 4, last, last]) figure.add(one);
      return figure;
    };
    expect([many(5).holds(), many(5).found()]).toEqual([true, 'above 3']);
    expect([many(3).holds(), many(3).found()]).toEqual([false, '3']);
    expect([many(2).holds(), many(2).found()]).toEqual([false, 'below 3']);
  });
});
