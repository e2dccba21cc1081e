import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { follow, openCapture, packets, parseFilter, tables } from '../../src/commands/api/index.ts';
import { everyOption } from '../../src/commands/arguments/arguments.ts';
import { COMMANDS } from '../../src/commands/program/registry.ts';
import { runInProcess } from '../support/in-process.ts';
import { ROOT } from '../support/program.ts';

const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const bytes = fs.readFileSync(LOOPBACK);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-expect-'));
const at = (name: string): string => path.join(folder, name);
/** The same packets years before the clock of the runs, and a minute before it: it stands at 03:04:05.678. */
const OLD = at('old.pcap');
const RECENT = at('recent.pcap');

/** The capture as if it had begun in that second. */
function moved(time: string): Buffer {
  const copy = Buffer.from(bytes);
  const later = Date.parse(time) / 1000 - bytes.readUInt32LE(24);
  for (let offset = 24; offset < copy.length; offset += 16 + copy.readUInt32LE(offset + 8))
    copy.writeUInt32LE(copy.readUInt32LE(offset) + later, offset);
  return copy;
}
fs.writeFileSync(OLD, moved('2020-01-02T03:03:05Z'));
fs.writeFileSync(RECENT, moved('2026-01-02T03:03:05Z'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const run = (...argv: readonly string[]) => runInProcess(argv);
const linesOf = (out: string): number => out.split('\n').length - 1;

test('a command with one of --expect and --fail-on has both', () => {
  const having = (option: string) => COMMANDS.filter((one) => option in everyOption(one)).map(({ name }) => name);
  expect(having('fail-on')).toEqual(having('expect'));
  expect(having('expect')).toEqual([
    'conns',
    'ifaces',
    'capture',
    'follow',
    'stats',
    'probe',
    'export packets',
    'export conns',
    'export streams',
    'export history',
    'export events',
    'insights',
    'whois',
  ]);
});

describe('--fail-on is judged', () => {
  const CAPTURE = ['-r', LOOPBACK, '--json'];
  test.each<readonly [command: string, expression: string, status: number]>([
    ['stats --by dns', 'rcode == NXDOMAIN', 1],
    ['stats --by dns', 'rcode == SERVFAIL', 0],
    ['stats --by dns', 'p50(latency_ms) > 0.2', 1],
    ['stats --by dns', 'p50(latency_ms) > 0.212', 0],
    ['stats --by dns,http', 'status >= 400', 64],
    ['stats --by http', 'status >= 400', 1],
    ['stats --by expert', 'severity == error and packets > 1000', 0],
    // the fields that it names say which table of the statistic it is about
    ['stats --by handshakes', 'p95_ms > 60000', 3], // of empty ranges nothing is known
    ['stats --by handshakes', 'count > 0 and p95_ms > 60000', 0],
    ['stats --by handshakes', 'max(p95_ms) > 0', 1],
    ['stats --by handshakes', 'total_ms > 60000', 0],
    ['capture', 'p50(length) > 1', 1],
    ['capture', 'p100(length) > 65535', 0],
    ['capture -f http', 'dns', 0],
    ['capture -f dns', 'dns', 1],
    ['capture -f sip', 'dns', 0], // no packet, and so none that matches
    ['follow --list', 'app == http', 1],
    ['follow --list', 'app == smtp', 3], // of some nothing is known
    ['follow --list', 'app and app == smtp', 0],
    ['export packets', 'dns', 1],
    ['export packets', 'length > 65535', 0],
    ['conns', 'state == CLOSE_WAIT', 0],
    ['conns', 'p50(rx_bytes) >= 0', 1],
  ])('%s --fail-on %s: %i', async (command, expression, status) => {
    expect((await run(...command.split(' '), ...CAPTURE, '--fail-on', expression)).status).toBe(status);
  });

  test.each(['expect', 'fail-on'])(
    '--%s is refused where packets or a stream are written, not printed',
    async (name) => {
      const claim = [`--${name}`, 'count() > 0'];
      for (const argv of [
        ['capture', '-r', LOOPBACK, '-w', at('x.pcap'), ...claim],
        ['export', 'packets', '-r', LOOPBACK, '-w', at('x.pcap'), ...claim],
        ['follow', '-r', LOOPBACK, '--stream', '0', '-w', at('x.bin'), ...claim],
      ]) {
        const { status, said } = await run(...argv);
        expect([status, said[0]]).toEqual([64, expect.stringMatching(new RegExp(`^--${name} applies to `))]);
      }
      expect(fs.readdirSync(folder)).toEqual(expect.not.arrayContaining([expect.stringMatching(/^x/)]));
    },
  );

  test('records that are written are judged', async () => {
    const write = (name: string, expression: string) =>
      run('export', 'packets', '-r', LOOPBACK, '-w', at(name), '--fail-on', expression);
    expect((await write('a.ndjson', 'dns')).status).toBe(1);
    expect((await write('b.ndjson', 'length > 65535')).status).toBe(0);
    expect(fs.readFileSync(at('a.ndjson'))).toEqual(fs.readFileSync(at('b.ndjson')));
    for (const name of ['a.ndjson', 'b.ndjson']) fs.rmSync(at(name));
  });
});

describe('times relative to the present are read by every filter', () => {
  const ROWS = [
    ['capture', 'time'],
    ['export packets', 'time'],
    ['stats --by dns', 'time'],
    ['stats --by http', 'time'],
    ['follow --list', 'first'],
    ['conns', 'first_seen'],
  ] as const;

  test.each(ROWS)('%s: %s', async (command, field) => {
    const rows = async (file: string, filter: string): Promise<number> => {
      const { out, status } = await run(...command.split(' '), '-r', file, '--json', '-f', filter);
      expect(status).toBe(0);
      return linesOf(out);
    };
    const all = linesOf((await run(...command.split(' '), '-r', OLD, '--json')).out);
    expect(all).toBeGreaterThan(0);
    expect(await rows(OLD, `${field} < -1h`)).toBe(all);
    expect(await rows(OLD, `${field} > -1h`)).toBe(0);
    expect(await rows(RECENT, `${field} > -61s`)).toBe(all);
    expect(await rows(RECENT, `${field} in {-61s..now}`)).toBe(all);
    expect(await rows(RECENT, `${field} > -1s`)).toBe(0);
    expect(await rows(RECENT, `not ${field} < -1s`)).toBe(0);
  });

  test('where packets are written, and beside --process', async () => {
    const write = async (filter: string, ...more: readonly string[]): Promise<number> => {
      const { status } = await run('capture', '-r', RECENT, '-w', at('out.pcap'), '--force', '-f', filter, ...more);
      expect(status).toBe(0);
      return fs.statSync(at('out.pcap')).size;
    };
    expect(await write('time > -61s')).toBe(bytes.length);
    expect(await write('time > -1s')).toBe(24);
    expect(await write('time > -61s', '--process', 'nobody')).toBe(24);
    fs.rmSync(at('out.pcap'));
  });

  test.each([
    ['expect', 'none(time > -1h)', 0],
    ['expect', 'any(time > -1h)', 1],
    ['fail-on', 'time > -1h', 0],
    ['fail-on', 'time < -1h', 1],
  ])('--%s %s', async (option, expression, status) => {
    expect((await run('stats', '-r', OLD, '--by', 'dns', `--${option}`, expression)).status).toBe(status);
  });

  test('of probe, those of a plugin too', async () => {
    const probe = (...options: readonly string[]) =>
      run('probe', 'tcp://127.0.0.1:9', '-c', '1', '-o', 'nagios', ...options);
    expect((await probe('--crit', 'time < -1h')).status).not.toBe(3);
    expect((await probe('--warn', 'time < -1h', '--crit', 'time > +1h')).status).not.toBe(3);
    expect((await probe('--crit', 'time < -1')).status).toBe(3);
  });

  test('in the API, by the clock of the machine', async () => {
    const isRecent = parseFilter('time > -1h', tables.dns_query);
    const [query] = recordsFrom(await run('stats', '-r', OLD, '--by', 'dns', '--json'));
    expect(isRecent({ ...query, time: '2020-01-01T00:00:00Z' } as never)).toBe(false);
    expect(isRecent({ ...query, time: '2999-01-01T00:00:00Z' } as never)).toBe(true);
    expect(await packets({ read: OLD, filter: 'time > -1h' }).all()).toEqual([]);
    expect((await packets({ read: OLD, filter: 'time < -1h' }).all()).length).toBeGreaterThan(0);
    expect(await follow({ read: OLD, filter: 'first > -1h' }).all()).toEqual([]);
    const capture = await openCapture({ read: OLD });
    let seen = 0;
    capture.onPacket(() => seen++, 'time > -1h');
    await capture.save(at('api.pcap'), { filter: 'time > -1h' });
    await capture.run();
    expect([seen, fs.statSync(at('api.pcap')).size]).toEqual([0, 24]);
    fs.rmSync(at('api.pcap'));
  });
});

const recordsFrom = ({ out }: { readonly out: string }): readonly Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('queries without an answer', () => {
  /** The capture without its second packet, the answer to the first. */
  const UNANSWERED = at('unanswered.pcap');
  beforeAll(() => {
    const second = 24 + 16 + bytes.readUInt32LE(32);
    const third = second + 16 + bytes.readUInt32LE(second + 8);
    fs.writeFileSync(UNANSWERED, Buffer.concat([bytes.subarray(0, second), bytes.subarray(third)]));
  });
  const names = async (filter: string) =>
    recordsFrom(await run('stats', '-r', UNANSWERED, '--by', 'dns', '--json', '-f', filter)).map(({ name }) => name);

  test.each([
    ['rcode == NOERROR or rcode != NOERROR', ['missing.example']],
    ['rcode != NOERROR', ['missing.example']],
    ['not rcode == NOERROR', ['real.example', 'missing.example']],
    ['rcode == null', ['real.example']],
    ['rcode != null', ['missing.example']],
    ['not rcode', ['real.example']],
    ['rcode in {NXDOMAIN, null}', ['real.example', 'missing.example']],
    ['latency_ms > 100 or rcode == null', ['real.example']],
  ])('-f %s', async (filter, found) => {
    expect(await names(filter)).toEqual(found);
  });

  test('the example of the README finds them', async () => {
    const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
    const line = /^netwatch stats -r f\.pcap --by dns -f '([^']+)' +# .*unanswered queries$/m.exec(readme);
    expect(await names(line![1]!)).toEqual(['real.example', 'missing.example']);
  });

  test.each([
    ['--expect', 'none(rcode != NOERROR)', 1],
    ['--expect', 'none(rcode == SERVFAIL)', 3],
    ['--expect', 'none(rcode == null)', 1],
    ['--expect', 'count(rcode == null) == 1', 0],
    ['--fail-on', 'rcode == SERVFAIL', 3],
    ['--fail-on', 'rcode and rcode == SERVFAIL', 0],
    ['--fail-on', 'rcode == null', 1],
    ['--fail-on', 'rcode != NOERROR', 1],
  ])('%s %s: %i', async (option, expression, status) => {
    expect((await run('stats', '-r', UNANSWERED, '--by', 'dns', option, expression)).status).toBe(status);
  });
});
