import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordsOf, runInProcess } from '../../support/in-process.ts';
import { roundOf } from '../../support/probe-rows.ts';
import { BIN, netwatch } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-probe-'));
const at = (name: string): string => path.join(folder, name);
const server = net.createServer((socket) => socket.end());
let up = '';
let down = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  up = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const other = net.createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  down = `tcp://127.0.0.1:${(other.address() as AddressInfo).port}`;
  await new Promise((resolve) => other.close(resolve));
});
afterAll(() => {
  server.close();
  fs.rmSync(folder, { recursive: true });
});

/** A round of one probe of a target that is up and one that is not. */
const probe = (...args: readonly string[]) => netwatch('probe', up, down, '-c', '1', ...args);

describe('the exit status', () => {
  test.each<[string, number]>([
    ['loss_pct > 5', 1],
    ['rtt_avg_ms > 60000', 3],
    ['loss_pct > 100', 0],
    ['count(state == down) > 1', 0],
    ['count(state == down) > 0', 1],
    ['los_pct > 5', 64],
  ])('with --fail-on %s is %i', async (source, status) => {
    const ended = await probe('--fail-on', source, '--json');
    expect([ended.status, ended.stderr]).toEqual([status, status === 0 ? '' : expect.stringContaining(source)]);
    expect(recordsOf(ended.stdout)).toHaveLength(status === 64 ? 0 : 2);
  });

  test('without it says whether every target answered', async () => {
    expect((await probe('--json')).status).toBe(1);
    expect((await netwatch('probe', up, '-c', '1', '--json')).status).toBe(0);
  });

  test('a wrong field is shown with its column', async () => {
    const { stderr } = await probe('--fail-on', 'loss_pct > 5 or rtt > 3');
    expect(stderr).toContain('loss_pct > 5 or rtt > 3\nnetwatch:                   ^^^\n');
  });
});

describe('-o nagios', () => {
  test('is one line for the round, a line for each target, and the status of the worst', async () => {
    const { stdout, status } = await probe('-o', 'nagios');
    expect(status).toBe(2);
    expect(stdout.split('\n')[0]).toMatch(
      /^CRITICAL - 2 targets: 1 up, 1 down; [^|]+ \| ('[^']+'=[\d.]+?(ms|%)?[\d;]* ?|'[^']+'=U[\d;]* ?){4}$/,
    );
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  test('0, 1, 2 and 3 by the thresholds', async () => {
    const check = async (...args: readonly string[]) =>
      (await netwatch('probe', up, '-c', '1', '-o', 'nagios', ...args)).status;
    expect(await check()).toBe(0);
    expect(await check('--warn', 'sent == 1')).toBe(1);
    expect(await check('--warn', 'sent == 1', '--crit', 'sent > 0')).toBe(2);
    expect(await check('--crit', 'hops > 3')).toBe(3);
  });

  test.each([
    [['--crit', 'rt > 3'], 'unknown field "rt"'],
    [['--every', '1s'], 'one round'],
    [['--fail-on', 'ok == false'], '--fail-on cannot be used with -o nagios'],
    [['--no-such'], 'unknown option'],
    [['--limit', '1'], '--limit cannot be used with -o nagios'],
    [['-c', 'x'], 'is not a whole number'],
  ])('a wrong option is UNKNOWN on stdout: %s', async (args, message) => {
    const { stdout, status } = await probe('-o', 'nagios', ...args);
    expect([status, stdout]).toEqual([3, expect.stringContaining(message)]);
    expect(stdout).toMatch(/^UNKNOWN - [^|\n]+\n$/);
  });

  test('so is what else goes wrong', async () => {
    for (const output of [['--output=nagios'], ['-onagios'], ['-qo', 'nagios']])
      expect(await netwatch('probe', 'http:/x', ...output)).toMatchObject({
        status: 3,
        stdout: expect.stringMatching(/^UNKNOWN - /),
      });
  });

  test('other commands do not know it', async () => {
    expect((await netwatch('ifaces', '-o', 'nagios')).status).toBe(64);
    expect((await netwatch('stats', '-o', 'prometheus', '-r', 'any')).status).toBe(64);
    expect((await netwatch('doctor', '-o', 'markdown')).status).toBe(64);
  });
});

describe('-o prometheus', () => {
  test('to stdout, and the same whole into a file', async () => {
    const { stdout, status } = await probe('-o', 'prometheus');
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/^# HELP netwatch_probe_success .*\n# TYPE .* gauge\n/),
    ]);
    const file = at('netwatch.prom');
    const written = await probe('-o', 'prometheus', '--out', file);
    expect([written.status, written.stdout]).toEqual([1, '']);
    const names = (text: string) => text.match(/^[a-z_]+/gm);
    expect(names(fs.readFileSync(file, 'utf8'))).toEqual(names(stdout));
    expect(fs.statSync(file).mode & 0o777).toBe(0o644);
  });

  test.skipIf(toolIsMissing('promtool'))('promtool finds nothing to complain of', async () => {
    const { stdout } = await probe('-o', 'prometheus');
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: stdout, encoding: 'utf8' });
    expect([checked.stdout + checked.stderr, checked.status]).toEqual(['', 0]);
  });

  test('with --every the file is written each round', async () => {
    const file = at('every.prom');
    const { status, stdout } = await netwatch(
      ...['probe', up, down, '-c', '1', '--every', '100ms', '--duration', '450ms', '-o', 'prometheus', '--out', file],
    );
    expect([status, stdout]).toEqual([1, '']);
    expect(fs.readFileSync(file, 'utf8')).toMatch(/^netwatch_probe_outages_total\{target="tcp[^}]+\} 1$/m);
  });
});

test('-o markdown prints a table, and --out puts it into a file for its owner', async () => {
  const { stdout } = await probe('-o', 'markdown', '--fields', 'target,state');
  const [head, rule, ...rows] = stdout.trimEnd().split('\n');
  expect([head, rule, rows.sort()]).toEqual([
    '| TARGET | STATE |',
    '| --- | --- |',
    [`| ${up} | up |`, `| ${down} | down |`].sort(),
  ]);
  await probe('-o', 'markdown', '--fields', 'target,state', '--out', at('report.md'));
  expect(fs.readFileSync(at('report.md'), 'utf8').split('\n').sort()).toEqual(stdout.split('\n').sort());
  expect(fs.statSync(at('report.md')).mode & 0o777).toBe(0o600);
});

describe('--append', () => {
  test('keeps what a format would print, and prints nothing unless one is asked for', async () => {
    const file = at('history');
    expect(await probe('--append', file, '-q')).toMatchObject({ status: 1, stdout: '', stderr: '' });
    const { stdout } = await probe('--append', file, '--json');
    const records = recordsOf(fs.readFileSync(file, 'utf8'));
    expect(records).toHaveLength(4);
    expect(records.slice(2)).toEqual(recordsOf(stdout));
  });

  test('two runs at once, again and again, lose no record', async () => {
    const file = at('cron');
    for (let turn = 0; turn < 3; turn++) await Promise.all([1, 2, 3, 4].map(() => probe('--append', file)));
    const records = recordsOf<{ type: string; target: string }>(fs.readFileSync(file, 'utf8'));
    expect(records.filter(({ type, target }) => type === 'probe' && target === up)).toHaveLength(12);
    expect(records).toHaveLength(24);
  }, 60_000);

  test('its size is bounded, and the report knows both files', async () => {
    const file = at('bounded');
    for (let turn = 0; turn < 4; turn++) await probe('--append', file, '--append-max', '4kB');
    expect(fs.statSync(file).size).toBeLessThanOrEqual(4000);
    const kept = [file, `${file}.1`].flatMap((name) => recordsOf(fs.readFileSync(name, 'utf8'))).length;
    const { stdout } = await netwatch('probe', '--report', file, '--json');
    const rounds = recordsOf<{ rounds: number }>(stdout).reduce((sum, row) => sum + row.rounds, 0);
    expect(rounds).toBe(kept);
  });

  test.skipIf(toolIsMissing('bash'))('a full disk is 74, and what is there stays whole', () => {
    const file = at('full');
    const script = `ulimit -f 4; exec "$@"`;
    const run = () =>
      spawnSync('bash', ['-c', script, 'bash', process.execPath, BIN, 'probe', down, '-c', '1', '--append', file], {
        encoding: 'utf8',
      });
    let ended = run();
    for (let turn = 0; turn < 8 && ended.status === 1; turn++) ended = run();
    expect([ended.status, ended.stderr]).toEqual([74, expect.stringContaining('cannot be written')]);
    expect(recordsOf(fs.readFileSync(file, 'utf8')).length).toBeGreaterThan(1);
  });
});

describe('--report', () => {
  const line = (minute: number, times: readonly (number | null)[]): string =>
    JSON.stringify({
      type: 'probe',
      ...roundOf('192.0.2.1', times, {
        time: new Date(Date.parse('2026-01-02T03:00:00Z') + minute * 60_000).toISOString(),
      }),
    });
  const HISTORY = [0, 5, 10, 15].map((minute) => line(minute, minute === 10 ? [null] : [7]));

  test('sums up in every format, and can be claimed of', async () => {
    fs.writeFileSync(at('saved'), `${HISTORY.join('\n')}\n`);
    const run = (...args: readonly string[]) => runInProcess(['probe', '--report', at('saved'), ...args]);
    const { out, status, said } = await run('--json');
    expect([status, said]).toEqual([0, []]);
    expect(recordsOf(out)).toMatchObject([
      { type: 'probe_report', rounds: 4, availability_pct: 75, outages: 1, outage_s: 300 },
    ]);
    expect((await run('--tsv', '--fields', 'rounds,availability_pct')).out).toBe('rounds\tavailability_pct\n4\t75\n');
    expect((await run('-o', 'markdown', '--fields', 'target,availability_pct,outage_s')).out).toContain(
      '| 192.0.2.1 | 75 % | 5m00s |',
    );
    expect((await run('--expect', 'all(availability_pct > 99)')).status).toBe(1);
    expect((await run('--fail-on', 'longest_outage_s > 10m')).status).toBe(0);
    expect((await run('--fail-on', 'loss > 5')).status).toBe(64);
  });

  test('a narrow table tells totals from the other rows', async () => {
    fs.writeFileSync(at('narrow'), `${HISTORY.join('\n')}\n`);
    const run = async (...args: readonly string[]) => {
      const terminal = { columns: 80, rows: 24 };
      const { out } = await runInProcess(['probe', '--report', at('narrow'), '--color', 'never', ...args], {
        terminal,
      });
      return out.split('\n').map((row) => row.trimEnd().split(/ {2,}/).at(-1));
    };
    expect(await run('--total')).toEqual(['SPAN', 'hour', 'total', '']);
    expect(await run()).toEqual(['DOWN', '5m00s', '']);
  });

  test('no round in the time that was asked for', async () => {
    fs.writeFileSync(at('old'), `${HISTORY[0]!.replaceAll('2026-01-02T', '2025-01-02T')}\n`);
    const { status, said, out } = await runInProcess(['probe', '--report', at('old'), '--since', '24h', '--json']);
    expect([status, said, out]).toEqual([0, ['no round of probes falls into that time'], '']);
  });

  // now is 03:04:05.678 on that day, which is before the later rounds
  test.each([
    ['--since 4m', [['hour', '2026-01-02T03:00:00.000Z', 3]]],
    ['--since 245.678s', [['hour', '2026-01-02T03:00:00.000Z', 4]]],
    ['--since 245.677s', [['hour', '2026-01-02T03:00:00.000Z', 3]]],
    ['--since=-4min', [['hour', '2026-01-02T03:00:00.000Z', 3]]],
    ['--since 36500d', [['hour', '2026-01-02T03:00:00.000Z', 4]]],
    ['--since 2026-01-02', [['hour', '2026-01-02T03:00:00.000Z', 4]]],
    ['--since 2026-01-02T03:04:05.678Z', [['hour', '2026-01-02T03:00:00.000Z', 3]]],
    ['--since 2026-01-02T04:00:00+01:00', [['hour', '2026-01-02T03:00:00.000Z', 4]]],
    [
      '--total',
      [
        ['hour', '2026-01-02T03:00:00.000Z', 4],
        ['total', '2026-01-02T03:00:00.000Z', 4],
      ],
    ],
    ['--since 4m --total --filter span==total', [['total', '2026-01-02T03:00:05.678Z', 3]]],
    ['--window 30d', [['window', '2025-12-03T03:04:05.678Z', 1]]],
    [
      '--window 4m --step 2m',
      [
        ['window', '2026-01-02T02:56:05.678Z', 1],
        ['window', '2026-01-02T02:58:05.678Z', 1],
        ['window', '2026-01-02T03:00:05.678Z', 0],
      ],
    ],
    ['--window 4m --step 2m --since 4m', [['window', '2026-01-02T03:00:05.678Z', 0]]],
    ['--filter time>-4m', []],
    ['--filter time>-5m', [['hour', '2026-01-02T03:00:00.000Z', 4]]],
  ])('%s', async (options, rows) => {
    fs.writeFileSync(at('since'), `${HISTORY.join('\n')}\n`);
    const { out, status } = await runInProcess(['probe', '--report', at('since'), '--json', ...options.split(' ')]);
    expect(status).toBe(0);
    expect(recordsOf(out).map(({ span, time, rounds }) => [span, time, rounds])).toEqual(rows);
  });

  test.each([
    ['2026-01-02T03:04:05.679Z', '--since "2026-01-02T03:04:05.679Z" is still to come'],
    ['+1ms', '--since "+1ms" is still to come'],
    ['24', '--since "24" is no time'],
    ['yesterday', '--since "yesterday" is no time'],
    ['--24h', '--since "--24h" is no time'],
  ])('--since %s is refused', async (since, message) => {
    fs.writeFileSync(at('since'), `${HISTORY.join('\n')}\n`);
    const { out, status, said } = await runInProcess(['probe', '--report', at('since'), `--since=${since}`]);
    expect([status, out]).toEqual([64, '']);
    expect(said[0]).toBe(message);
  });

  test('without a row since then, whether it failed is unknown', async () => {
    fs.writeFileSync(at('since'), `${HISTORY[0]}\n`);
    const run = (...args: readonly string[]) =>
      runInProcess(['probe', '--report', at('since'), '--since', '1m', ...args]);
    expect((await run('--fail-on', 'availability_pct < 99')).status).toBe(3);
    expect((await run('--total', '--fail-on', 'availability_pct < 99')).status).toBe(3);
    expect((await run()).status).toBe(0);
  });

  test('what is torn or no record is passed over and said', async () => {
    fs.writeFileSync(
      at('torn'),
      [...HISTORY, 'null', '{"type":"conn"}', '\x00\xff', HISTORY[0]!.slice(0, 200)].join('\n'),
    );
    const { out, status, said } = await runInProcess(['probe', '--report', at('torn'), '--json']);
    expect([status, recordsOf(out)]).toEqual([0, [expect.objectContaining({ rounds: 4 })]]);
    expect(said).toEqual([
      `${at('torn')}: skipped 3 lines without a record`,
      `${at('torn')}: the last line is cut short, so it was skipped`,
    ]);
  });

  test('a last line without its line feed may be whole', async () => {
    fs.writeFileSync(at('whole'), HISTORY.join('\n'));
    const { out, said } = await runInProcess(['probe', '--report', at('whole'), '--json']);
    expect([recordsOf(out), said]).toEqual([[expect.objectContaining({ rounds: 4 })], []]);
  });

  test.each([
    ['missing', () => at('not there'), 66],
    ['a folder', () => folder, 66],
    ['endless', () => '/dev/zero', 66],
    ['empty', () => at('empty'), 65],
    ['one endless line', () => at('line'), 65],
  ])('%s', async (_name, file, status) => {
    fs.writeFileSync(at('empty'), '');
    fs.writeFileSync(at('line'), 'x'.repeat(3_000_000));
    expect((await runInProcess(['probe', '--report', file()])).status).toBe(status);
  });
});

test.each([
  // what must hold, what must not, and what both give: one target is up, one is down
  ['count() == 2', 'count(state == down) > 1', 0],
  ['count() == 2', 'state == down', 1],
  ['count() == 3', 'count(state == down) > 1', 1],
  ['avg(tls_days) > 1', 'count(state == down) > 1', 3],
  ['count() == 2', 'avg(tls_days) > 1', 3],
  ['avg(tls_days) > 1', 'state == down', 1],
])('--expect %s and --fail-on %s give %i', async (expected, failing, status) => {
  const ended = await probe('--expect', expected, '--fail-on', failing, '--json');
  expect([ended.status, recordsOf(ended.stdout).length]).toEqual([status, 2]);
});

test('the crontab line says nothing while all is well, and everything when it is not', () => {
  const run = (target: string, ...options: readonly string[]) => {
    const line = spawnSync(
      process.execPath,
      [BIN, 'probe', target, '-c', '1', '--schedule', '* * * * *', '--print-cron', ...options],
      { encoding: 'utf8' },
    ).stdout;
    const command = /^(?:\S+ ){5}(.*)\n$/.exec(line)![1]!.replaceAll('\\%', '%');
    const ended = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8', env: {}, cwd: '/' });
    return [ended.status, ended.stdout, ended.stderr];
  };
  expect(run(up)).toEqual([0, '', '']);
  expect(run(up, '--append', at('by cron'))).toEqual([0, '', '']);

  expect(run(down)).toEqual([1, expect.stringMatching(/^target\t.*connection refused.*not every target answers/s), '']);
  const [status, mail] = run(down, '--append', at('by cron'));
  expect([status, String(mail).split('\n').slice(0, 2)]).toEqual([
    1,
    [`netwatch: ${down} down: connection refused`, expect.stringMatching(/^netwatch: not every target answers/)],
  ]);
  // another condition names what it is about
  expect(run(down, '--append', at('by cron other'), '--expect', 'count() == 1')).toEqual([0, '', '']);
  expect(run(down, '--append', at('by cron'), '-q')).toEqual([1, 'exit status 1\n', '']);
  expect(run(down, '-o', 'nagios')).toEqual([2, expect.stringContaining('CRITICAL'), '']);
  expect(recordsOf(fs.readFileSync(at('by cron'), 'utf8')).map(({ state }) => state)).toEqual(['up', 'down', 'down']);
});

test.each([
  [['--duration', '3s'], '--duration needs --every'],
  [['--append-max', '3MB'], '--append-max needs --append'],
  [['--via', '192.0.2.9'], '--via and --direct must be given together'],
  [['--via', '192.0.2.9', '--direct', '192.0.2.9'], 'are the same'],
  [['--via', 'tcp://x', '--direct', '192.0.2.9'], 'needs a port'],
  [['--out', 'x'], '--out needs -o html, -o prometheus or -o markdown'],
  [['--warn', 'ok == false'], '--warn needs -o nagios'],
  [['--since', '24h'], '--since needs --report'],
  [['--window', '24h'], '--window needs --report'],
  [['--step', '24h'], '--step needs --report'],
  [['--total'], '--total needs --report'],
  [['--report', 'x', '--step', '1h'], '--step needs --window'],
  [['--report', 'x', '--window', '1h', '--step', '61m'], '--step is longer than --window, and would leave time out'],
  [['--report', 'x', '--window', '1001s', '--step', '1s'], '--step must be at least a 1000th of --window'],
  [['--report', 'x', '--window', '0'], '--window "0" is not a length of time such as 1h, 7d, 30d'],
  [['--report', 'x', '--window', '36501d'], '--window "36501d" is not a length of time such as 1h, 7d, 30d'],
  [['-o', 'prometheus', '--every', '1s'], 'needs --out FILE'],
  [['-o', 'prometheus', '--fields', 'target'], '--fields cannot be used with -o prometheus'],
  [['--report', 'x', '-c', '3'], '--report asks no targets: --count cannot be used with it'],
  [['--report', 'x', '-o', 'nagios'], '-o nagios cannot be used with --report'],
])('%s do not fit', async (args, message) => {
  const { status, said, out } = await runInProcess(['probe', '192.0.2.1', ...args]);
  expect(status).toBe(args.includes('nagios') ? 3 : 64);
  expect(`${said.join()}${out}`).toContain(message);
});
