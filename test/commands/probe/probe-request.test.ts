import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { probe } from '../../../src/commands/probe/probe.ts';
import type { probeOptions } from '../../../src/commands/probe/probe-options.ts';
import { probeClaim, probeTableOf, repeatsRounds } from '../../../src/commands/probe/probe-options.ts';
import { askRequestOf, reportRequestOf, unitsRequestOf } from '../../../src/commands/probe/probe-request.ts';
import { probe as probeTable } from '../../../src/core/record/tables/probe.ts';
import { probeReport } from '../../../src/core/record/tables/probe-report.ts';
import { roundOf } from '../../support/probe-rows.ts';
import { typed } from '../../support/typed.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const HOUR = 3_600_000;
const values = (...words: string[]) => typed<typeof probeOptions>(probe, ...words);
const spaced = (line: string) => values(...(line === '' ? [] : line.split(' ')));

describe('what does not go together', () => {
  const CRON = ['--schedule', '* * * * *'];
  test.each<[string[], string]>([
    [['--every', '1m', ...CRON], '--every and --schedule exclude each other'],
    [['--duration', '1h'], '--duration needs --every or --schedule'],
    [['-4', '-6'], '--ipv4 and --ipv6 exclude each other'],
    [['--via', 'a'], '--via and --direct must be given together'],
    [['--direct', 'a'], '--via and --direct must be given together'],
    [['--via', 'a', '--direct', 'a'], '--via and --direct are the same: "a"'],
    [['--append-max', '5'], '--append-max needs --append'],
    [['--out', 'f'], '--out needs -o html, -o prometheus or -o markdown'],
    [['--out', 'f', '--json'], '--out needs -o html, -o prometheus or -o markdown'],
    [['--out', 'f', '-o', 'html'], '-o html makes a report of a history'],
    [['-o', 'html'], '-o html makes a report of a history'],
    [['--report', 'h', '-o', 'html', '--force'], '--force needs -o html --out FILE'],
    [['--report', 'h', '-o', 'markdown', '--out', 'f', '--force'], '--force needs -o html --out FILE'],
    [['--outages'], '--outages needs --report'],
    [['--report', 'h', '--outages', '--total'], '--outages and --total exclude each other'],
    [['--report', 'h', '--outages', '--window', '24h'], '--outages and --window exclude each other'],
    [['--since', '1h'], '--since needs --report'],
    [['--window', '1h'], '--window needs --report'],
    [['--step', '1h'], '--step needs --report'],
    [['--total'], '--total needs --report'],
    [['--report', 'f', '--step', '1h'], '--step needs --window'],
    [['--report', 'f', '--window', '1h', '--step', '2h'], '--step is longer than --window, and would leave time out'],
    [['--report', 'f', '--window', '1001s', '--step', '1s'], '--step must be at least a 1000th of --window'],
    [['--report', 'f', '--count', '1'], '--report asks no targets: --count cannot be used with it'],
    [['--report', 'f', '-4'], '--report asks no targets: --ipv4 cannot be used with it'],
    [['--report', 'f', '--append', 'g'], '--report asks no targets: --append cannot be used with it'],
    [['--report', 'f', '-o', 'nagios'], '-o nagios cannot be used with --report'],
    [['--report', 'f', '-o', 'prometheus'], '-o prometheus cannot be used with --report'],
    [['--every', '1m', '-o', 'nagios'], '-o nagios prints one round only'],
    [['--every', '1m', '-o', 'prometheus'], '-o prometheus with several rounds needs --out FILE'],
    [[...CRON, '-o', 'prometheus'], '-o prometheus with several rounds needs --out FILE'],
    [['--warn', 'ok'], '--warn needs -o nagios'],
    [['--crit', 'ok', '--json'], '--crit needs -o nagios'],
    [['--print-cron'], '--print-cron needs --schedule'],
    [['--print-cron', '--every', '1m'], '--print-cron needs --schedule'],
    [['--print-systemd'], '--print-systemd needs --schedule'],
    [[...CRON, '--print-cron', '--print-systemd'], '--print-cron and --print-systemd exclude each other'],
    [[...CRON, '--print-cron', '--duration', '1h'], '--duration cannot be used with --print-cron'],
    [['--every', '1m', '--print-systemd', '--duration', '1h'], '--duration cannot be used with --print-systemd'],
  ])('%j', (words, message) => {
    expect(() => probeClaim(values(...words))).toThrow(expect.objectContaining({ exit: 64, message }));
  });

  test.each<[string[]]>([
    [['--every', '1m', '--duration', '1h']],
    [[...CRON, '--duration', '1h']],
    [['-4']],
    [['--via', 'a', '--direct', 'b']],
    [['--append', 'f', '--append-max', '5']],
    [['--out', 'f', '-o', 'markdown']],
    [['--every', '1m', '--out', 'f', '-o', 'prometheus']],
    [['-o', 'prometheus']],
    [[...CRON, '--print-cron', '-o', 'prometheus']],
    [[...CRON, '--print-systemd', '-o', 'nagios']],
    [['--every', '1m', '--print-systemd']],
  ])('%j does', (words) => {
    const { format: _, ...claim } = { format: null, ...probeClaim(values(...words)) };
    if (!words.includes('nagios')) expect(claim.refuted).toBe('not every target answers as it should');
  });

  test.each<[string[]]>([
    [['--report', 'f', '--window', '1000s', '--step', '1s', '--since', '1d', '--total']],
    [['--report', 'f', '--window', '1h', '--step', '1h', '-o', 'markdown', '--out', 'g']],
    [['-o', 'nagios', '--warn', 'ok', '--crit', 'ok']],
  ])('%j says itself what it finds, or nothing', (words) => {
    expect(probeClaim(values(...words))).toBe(null);
  });
});

test('what must hold of targets is that each answers, and unknown is not yes', () => {
  const claim = probeClaim(values())!;
  const verdict = (...oks: (boolean | null)[]): boolean | null => {
    const tally = claim.expectation.start();
    for (const ok of oks) tally.add(roundOf('192.0.2.1', [1], { ok }));
    return tally.holds();
  };
  expect([verdict(true, true), verdict(true, false), verdict(true, null), verdict(null, false)]).toEqual([
    true,
    false,
    null,
    false,
  ]);
  expect(claim.readsOn).toBe(false);
});

test('the record type, and whether there are several rounds', () => {
  expect([probeTableOf(values()), probeTableOf(values('--report', 'f'))]).toEqual([probeTable, probeReport]);
  expect(['', '--every 1m', '--schedule @daily'].map((line) => repeatsRounds(spaced(line)))).toEqual([
    false,
    true,
    true,
  ]);
});

describe('the request to ask', () => {
  const ask = async (line: string, words: string[] = []) => askRequestOf(spaced(line), words, () => NOW);
  const PROBING = {
    count: 3,
    intervalMs: 1000,
    timeoutMs: 2000,
    everyMs: null,
    pair: null,
    next: null,
    durationMs: null,
    followsPaths: false,
  };
  test('when nothing is said', async () => {
    const { keeps, ...rest } = await ask('', ['gateway']);
    expect(rest).toEqual({
      words: ['gateway'],
      family: null,
      probing: PROBING,
      files: { history: null, exposition: null, repeats: false },
    });
    expect(keeps({})).toBe(true);
  });
  test.each([
    ['--count 5 --interval 2s --timeout 3s', { count: 5, intervalMs: 2000, timeoutMs: 3000 }],
    ['--every 1m --duration 1h', { everyMs: 60_000, durationMs: HOUR, followsPaths: true }],
    [
      '--via 192.0.2.1 --direct tcp://192.0.2.2:1',
      { pair: { via: expect.objectContaining({ host: '192.0.2.1' }), direct: expect.objectContaining({ port: 1 }) } },
    ],
    ['--schedule @daily', { next: expect.any(Function), followsPaths: true }],
  ])('%s', async (line, probing) => {
    expect((await ask(line)).probing).toEqual({ ...PROBING, ...probing });
  });
  test.each([
    ['-4', 4],
    ['-6', 6],
  ])('%s', async (line, family) => {
    expect((await ask(line)).family).toBe(family);
  });
  test.each([
    ['--append h', { history: { file: 'h', mostBytes: 10_000_000 } }],
    ['--append h --append-max 5', { history: { file: 'h', mostBytes: 5 } }],
    ['-o prometheus --out m', { exposition: 'm' }],
    ['-o markdown --out m', {}],
    ['--every 1m', { repeats: true }],
  ])('files of %s', async (line, files) => {
    expect((await ask(line)).files).toEqual({ history: null, exposition: null, repeats: false, ...files });
  });
  test('a filter keeps what passes, and a wrong one is refused', async () => {
    const { keeps } = await ask('-f state==down');
    expect([keeps(roundOf('192.0.2.1', [null])), keeps(roundOf('192.0.2.1', [1]))]).toEqual([true, false]);
    await expect(ask('-f nothing==1')).rejects.toMatchObject({ exit: 64 });
  });
});

describe('the request of a report', () => {
  const report = (line: string, words: string[] = []) =>
    reportRequestOf(spaced(`--report f ${line}`.trim()), 'f', words, () => NOW);
  test.each([
    ['', {}],
    ['--total', { total: true }],
    ['--since 24h', { since: NOW - 24 * HOUR }],
    ['--since 2026-01-02', { since: Date.parse('2026-01-02T00:00:00Z') }],
    ['--since 2026-01-02T03:04:05', { since: NOW }],
    ['--window 2h', { windows: { length: 2 * HOUR, step: 2 * HOUR, end: NOW } }],
    ['--window 2h --step 1h', { windows: { length: 2 * HOUR, step: HOUR, end: NOW } }],
  ])('%s', (line, plan) => {
    expect(report(line)).toMatchObject({ file: 'f', plan: { since: null, windows: null, total: false, ...plan } });
  });
  test.each([
    ['--since never', [], '--since "never" is no time'],
    ['--since 2026-01-02T03:04:06', [], '--since "2026-01-02T03:04:06" is still to come'],
    ['', ['gateway'], '--report summarises every target in the file, so it takes no target: "gateway"'],
  ])('%s %j is refused', (line, words, message) => {
    expect(() => report(line, words)).toThrow(expect.objectContaining({ exit: 64, message }));
  });
});

test('what cron or systemd starts has what was typed, with whole names of files, and not when', () => {
  const given = values(
    ...['--schedule', '@daily', '--print-cron', '--append', 'h/f', '--via=-a', '--direct', 'b', '-q', '--count', '5'],
    ...['-o', 'prometheus', '--out', 'h/m', '--interval', '90s', '--fields', 'a,b', '--config', 'none'],
  );
  expect(unitsRequestOf(given, ['gateway', '-x'])).toEqual({
    of: 'cron',
    schedule: '@daily',
    words: [
      'probe',
      ...['--count', '5', '--interval', '90s', '--via=-a', '--direct', 'b', '--out', path.resolve('h/m')],
      ...['--append', path.resolve('h/f'), '--output', 'prometheus', '--fields', 'a,b', '--quiet', '--config', 'none'],
      ...['gateway', '-x'],
    ],
    targets: ['gateway', '-x', '-a', 'b'],
    folders: [path.resolve('h')],
  });
  expect(unitsRequestOf(values('--every', '1m', '--print-systemd', '--config', 'c'), [])).toEqual({
    of: 'systemd',
    schedule: null,
    words: ['probe', '--every', '1m', '--config', path.resolve('c')],
    targets: [],
    folders: [],
  });
});
