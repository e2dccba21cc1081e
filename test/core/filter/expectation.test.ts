import { describe, expect, test } from 'vitest';
import { compileExpectation } from '../../../src/core/filter/expectation.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
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

describe('not enough evidence', () => {
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

const ONE_OF = 'expected one of count, any, all, none, sum, min, max, avg';

test.each([
  ['', '^', `${ONE_OF}, found the end\nas in count(…) < 50`],
  ['pid > 5', '^^^', `${ONE_OF}, found "pid"\nsay of which rows: all(pid > 5) or any(pid > 5)`],
  ['port 80', '^^^^', `${ONE_OF}, found "port"\nsay of which rows: all(port 80) or any(port 80)`],
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
