import { describe, expect, test } from 'vitest';
import { run } from '../../../src/commands/program/program.ts';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { type FakeOptions, fakeContext } from '../../support/fake-context.ts';
import { fakePlatform, interfaceOf, readingOf, socketOf } from '../../support/fake-platform.ts';

const LISTENER = socketOf({
  key: 9,
  state: 'LISTEN',
  local_addr: '0.0.0.0',
  local_port: 22,
  remote_addr: null,
  remote_port: null,
  rx_bytes: null,
  tx_bytes: null,
  rtt_ms: null,
});
const TWO = [socketOf({ rx_bytes: 1000 }), LISTENER];

async function netwatch(line: string, options: FakeOptions = {}) {
  const context = fakeContext({ platform: fakePlatform([readingOf(TWO)]), ...options });
  const status = await run(
    context,
    line === '' ? [] : line.match(/'[^']*'|\S+/g)!.map((word) => word.replace(/^'|'$/g, '')),
  );
  return {
    status,
    out: context.out(),
    said: context.said,
    records: () =>
      context
        .out()
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as Record<string, unknown>),
  };
}

const failure = async (line: string, options: FakeOptions = {}): Promise<Failure> => {
  try {
    await netwatch(line, options);
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
  }
  throw new Error(`${line} did not fail`);
};

describe('formats', () => {
  test('TSV with a header in a pipe, a table on a terminal', async () => {
    expect((await netwatch('conns')).out.split('\n')[0]).toMatch(/^proto\tstate\t/);
    expect(
      (await netwatch('conns', { terminal: { columns: 200, rows: 24 }, env: { NO_COLOR: '1' } })).out.split('\n')[0],
    ).toMatch(/^PROTO +STATE +/);
  });

  test('every JSON record begins with type and has every field', async () => {
    const { out } = await netwatch('conns --json');
    for (const line of out.trim().split('\n'))
      expect(Object.keys(JSON.parse(line))).toEqual(['type', ...Object.keys(conn.fields)]);
  });

  test.each(['table', 'ndjson', 'json', 'tsv', 'csv'])('%s prints what was chosen', async (format) => {
    const { out, status } = await netwatch(`conns -o ${format} --fields local_port,state --sort local_port`);
    expect(status).toBe(0);
    expect(out.indexOf('LISTEN')).toBeGreaterThan(-1);
    expect(out.indexOf('LISTEN')).toBeLessThan(out.indexOf('ESTABLISHED'));
  });

  test('two formats at once are refused, the same twice is not', async () => {
    expect((await failure('conns --json --csv')).exit).toBe(EXIT.usage);
    expect((await netwatch('conns --json -o ndjson')).status).toBe(0);
  });

  test('without a command it is conns', async () => {
    expect((await netwatch('--json')).records()).toHaveLength(2);
    expect((await netwatch('')).out).toMatch(/^proto\t/);
  });
});

describe('rows', () => {
  test('short options as getopt reads them', async () => {
    expect((await netwatch('conns -ojson')).out).toMatch(/^\[/);
    expect((await netwatch('conns -qondjson --limit 1')).records()).toHaveLength(1);
    expect((await netwatch('conns -c1 -ondjson')).records()).toHaveLength(2);
    expect((await netwatch('conns -o=ndjson -fstate==LISTEN')).records()).toHaveLength(1);
  });

  test('--filter, --sort and --limit', async () => {
    expect((await netwatch("conns --json -f 'state == LISTEN'")).records().map((row) => row.local_port)).toEqual([22]);
    expect((await netwatch('conns --json --sort rx_bytes:asc --limit 1')).records().map((row) => row.rx_bytes)).toEqual(
      [1000],
    );
    expect((await netwatch('conns --json --limit 0')).out).toBe('');
  });

  test('unknown values come last in either direction', async () => {
    for (const direction of ['asc', 'desc']) {
      expect((await netwatch(`conns --json --sort rx_bytes:${direction}`)).records().at(-1)!.rx_bytes).toBeNull();
    }
  });

  test('addresses sort by number', async () => {
    const sockets = ['10.0.0.10', '10.0.0.9', '2001:db8::1', '9.0.0.1'].map((remote_addr, key) =>
      socketOf({ key, remote_addr }),
    );
    const { records } = await netwatch('conns --json --sort remote_addr', {
      platform: fakePlatform([readingOf(sockets)]),
    });
    expect(records().map((row) => row.remote_addr)).toEqual(['9.0.0.1', '10.0.0.9', '10.0.0.10', '2001:db8::1']);
  });

  test('the options that are filters', async () => {
    const ports = async (line: string) =>
      (await netwatch(`conns --json --fields local_port ${line}`)).out
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((text) => (JSON.parse(text) as { local_port: number }).local_port);
    expect(await ports('--listen')).toEqual([22]);
    expect(await ports('--established')).toEqual([50_000]);
    expect(await ports('--port 443')).toEqual([50_000]);
    expect(await ports('--process curl')).toEqual([50_000, 22]);
    expect(await ports('--process cur')).toEqual([]);
    expect(await ports('--user alice --state estab')).toEqual([50_000]);
    expect(await ports('--user 1000')).toEqual([50_000, 22]);
    expect(await ports('--listen --established')).toEqual([50_000, 22]);
    expect(await ports('--tcp')).toEqual([50_000, 22]);
    expect(await ports('--udp')).toEqual([]);
    expect(await ports('-6')).toEqual([]);
    expect(await ports('-4')).toEqual([50_000, 22]);
  });

  test('an empty answer says why', async () => {
    expect((await netwatch("conns -f 'local_port == 1'")).said).toEqual(['none of 2 conn records passes the filter']);
    expect((await netwatch('conns', { platform: fakePlatform([readingOf([])]) })).said).toEqual(['no conn records']);
    expect((await netwatch('conns -q', { platform: fakePlatform([readingOf([])]) })).said).toEqual([]);
  });

  test('a limit is said once', async () => {
    const reading = {
      ...readingOf(TWO),
      limits: [{ what: 'owners of 1 sockets', why: 'not yours', remedy: 'sudo netwatch conns' }],
    };
    const { said } = await netwatch('conns --interval 1 --count 3 --json', { platform: fakePlatform([reading]) });
    expect(said).toEqual(['owners of 1 sockets: not yours; sudo netwatch conns']);
  });
});

describe('rates', () => {
  const moving = [readingOf([socketOf({ rx_bytes: 0 })]), readingOf([socketOf({ rx_bytes: 1000 })])];

  test.each(['--fields rx_rate', '--sort rx_rate', "-f 'rx_rate >= 0'"])('%s takes a second sample', async (line) => {
    const { records } = await netwatch(`conns --json ${line} --fields rx_rate`, { platform: fakePlatform(moving) });
    expect(records()[0]!.rx_rate).toBe(4000);
  });

  test('nobody asked: one sample, and unknown', async () => {
    expect((await netwatch('conns --json', { platform: fakePlatform(moving) })).records()[0]!.rx_rate).toBeNull();
  });

  test('ifaces likewise', async () => {
    const platform = () => fakePlatform([], [[interfaceOf()], [interfaceOf({ rx_bytes: 1_002_500, tx_packets: 900 })]]);
    expect(
      (await netwatch('ifaces --json --fields rx_rate,tx_packet_rate', { platform: platform() })).records(),
    ).toEqual([{ type: 'iface', rx_rate: 10_000, tx_packet_rate: 400 }]);
    expect((await netwatch('ifaces --json', { platform: platform() })).records()[0]!.rx_rate).toBeNull();
  });
});

describe('repeating', () => {
  test('--count', async () => {
    const { records } = await netwatch('conns --json --interval 2 --count 3');
    expect(records().map((row) => row.time)).toEqual(
      [...Array(3).keys()].flatMap((n) => [
        `2026-01-02T03:04:${String(5 + 2 * n).padStart(2, '0')}.678Z`,
        `2026-01-02T03:04:${String(5 + 2 * n).padStart(2, '0')}.678Z`,
      ]),
    );
  });

  test('--duration, with the default of a second', async () => {
    expect((await netwatch('conns --json --duration 3s --limit 1')).records()).toHaveLength(4);
  });

  test('a JSON document of several snapshots is one array', async () => {
    expect(JSON.parse((await netwatch('conns -o json --count 2')).out)).toHaveLength(4);
  });

  test('an interrupt ends the document and gives 130', async () => {
    const { status, out } = await netwatch('conns -o json --interval 1', {
      onSleep: (at, context) => at >= 2000 && context.interrupt(),
    });
    expect(status).toBe(130);
    expect(JSON.parse(out)).toHaveLength(4);
  });

  // writing ends at 3.5 s: the looks due at 1, 2 and 3 s are lost, the next is that of 4 s
  test('what a slow reader missed arrives as a gap', async () => {
    const slow = fakePlatform([readingOf(TWO)]);
    const context = fakeContext({ platform: slow });
    const write = context.stdout.write;
    let writes = 0;
    context.stdout.write = (text) => {
      if (text.startsWith('{"type":"conn"') && writes++ === 0) return context.clock.sleep(3500, context.signal);
      return write(text);
    };
    await run(context, ['conns', '--json', '--interval', '1', '--count', '2', '--limit', '1']);
    expect(
      context
        .out()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ type: 'gap', dropped: 3 }, { type: 'conn' }]);
  });

  test('on a terminal the table is redrawn in place, and the terminal given back', async () => {
    const { out } = await netwatch('conns --interval 1 --count 2', { terminal: { columns: 100, rows: 10 } });
    expect(out.startsWith('\x1b[?1049h\x1b[?25l\x1b[H')).toBe(true);
    expect(out).toContain('2 connections: 1 ESTABLISHED, 1 LISTEN');
    expect(out).toContain('\x1b[?25h\x1b[?1049l');
    expect(out.split('\x1b[?1049l')[1]).not.toContain('\x1b[H');
  });

  test('netwatch alone does so, on a terminal at which nobody can type, until it is interrupted, and that is its normal end', async () => {
    const { status, out } = await netwatch('', {
      terminal: { columns: 100, rows: 10 },
      onSleep: (at, context) => at >= 3000 && context.interrupt(),
    });
    expect(status).toBe(0);
    expect(out.split('\x1b[H')).toHaveLength(4);
  });

  test('a narrow terminal names the columns that it hides, below the table and once at the end', async () => {
    const { out, said } = await netwatch('conns --interval 1 --count 3', {
      terminal: { columns: 60, rows: 10 },
      env: { NO_COLOR: '1' },
    });
    const frames = out.split('\x1b[H').slice(1);
    expect(frames).toHaveLength(3);
    for (const frame of frames) {
      const lines = frame
        .split('\x1b[J')[0]!
        .split('\r\n')
        .map((line) => line.replace('\x1b[K', ''));
      expect(lines.at(-1)).toMatch(/^hidden: proto, \+6; a wider terminal or --fields shows them$/);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    }
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^hidden: proto, state, .*user.*; a wider terminal or --fields shows them$/);
  });

  test('a low terminal shows what fits and says what does not', async () => {
    const many = Array.from({ length: 50 }, (_, key) => socketOf({ key, local_port: key + 1 }));
    const { out } = await netwatch('conns --interval 1 --count 1', {
      terminal: { columns: 100, rows: 12 },
      platform: fakePlatform([readingOf(many)]),
    });
    const frame = out.split('\x1b[H')[1]!.split('\x1b[J')[0]!.split('\r\n');
    expect(frame.length).toBeLessThanOrEqual(12);
    expect(frame.at(-1)).toContain('more rows');
  });
});

describe('--expect', () => {
  test.each([
    ['count(state == LISTEN) == 1', EXIT.ok],
    ['count(state == LISTEN) > 1', EXIT.no],
    ['avg(rtt_ms) < 20ms', EXIT.ok],
    ['min(age_s) > 0', EXIT.unknown],
    ['all(proto == tcp) and any(local_port == 22)', EXIT.ok],
  ])('%s gives %d', async (expression, status) => {
    expect((await netwatch(`conns --json --expect '${expression}'`)).status).toBe(status);
  });

  test('says what was found instead', async () => {
    expect((await netwatch("conns --json --expect 'count(state == LISTEN) > 1'")).said).toEqual([
      'expectation does not hold: count(state == LISTEN) > 1: count(state == LISTEN) is 1',
    ]);
    expect((await netwatch("conns -q --json --expect 'count(state == LISTEN) > 1'")).said).toEqual([]);
    expect((await netwatch("conns --json --expect 'min(age_s) > 0'")).said[0]).toMatch(
      /^expectation cannot be decided: min\(age_s\) > 0: /,
    );
  });

  test('is about the rows that pass the filter, not about those that are printed', async () => {
    expect((await netwatch("conns --json -f 'state == LISTEN' --limit 0 --expect 'count() == 1'")).status).toBe(
      EXIT.ok,
    );
  });

  test('one failing snapshot of several decides', async () => {
    const readings = [readingOf(TWO), readingOf([LISTENER]), readingOf(TWO)];
    expect(
      (
        await netwatch("conns --json --count 3 --expect 'count(state == ESTABLISHED) == 1'", {
          platform: fakePlatform(readings),
        })
      ).status,
    ).toBe(EXIT.no);
  });
});

describe('--events', () => {
  const closing = () => ({
    platform: fakePlatform([readingOf(TWO), readingOf([]), readingOf([])]),
  });
  const CLOSED = [
    { type: 'conn_event', event: 'closed', previous_state: 'ESTABLISHED', state: 'CLOSE', local_port: 50_000 },
    { type: 'conn_event', event: 'closed', previous_state: 'LISTEN', state: 'CLOSE', local_port: 22 },
  ];

  test.each<[string, readonly number[]]>([
    ['', [0, 1]],
    ['--established', [0]],
    ['--state listen', [1]],
    ['--state CLOSE', []],
    ["-f 'state == CLOSE'", [0, 1]],
    ["-f 'previous_state == LISTEN'", [1]],
  ])('a close is selected by the state before it: %s', async (options, told) => {
    const fields = '--fields event,previous_state,state,local_port';
    const { out } = await netwatch(`conns --events --count 2 --json ${fields} ${options}`, closing());
    const rows = out.split('\n').filter((line) => line !== '');
    expect(rows.map((line) => JSON.parse(line) as unknown)).toEqual(told.map((at) => CLOSED[at]));
  });

  test('one that lived between two looks is selected by the state that it ended in', async () => {
    const brief = socketOf({ key: 5, state: 'CLOSE', inode: null });
    const platform = fakePlatform([readingOf([]), readingOf([])], [], [[], [], [brief]]);
    const { out } = await netwatch('conns --events --count 1 --fields event --no-header --state CLOSE', { platform });
    expect(out).toBe('opened\nclosed\n');
  });
});

describe('--fail-on', () => {
  const NONE = () => ({ platform: fakePlatform([readingOf([])]) });

  test.each([
    // a filter, which no row may match
    ['state == LISTEN', EXIT.no],
    ['state == CLOSE_WAIT', EXIT.ok],
    ['rtt_ms > 1', EXIT.no],
    ['rtt_ms > 1000', EXIT.unknown], // the listener has no time
    ['rtt_ms and rtt_ms > 1000', EXIT.ok],
    // aggregates, which must not hold
    ['count(state == LISTEN) > 0', EXIT.no],
    ['count(state == LISTEN) > 1', EXIT.ok],
    ['p95(rtt_ms) > 1', EXIT.no],
    ['p95(rtt_ms) > 1000', EXIT.ok],
    ['p95(rx_rate) > 1000', EXIT.ok],
    ['min(age_s) > 0', EXIT.unknown],
  ])('%s gives %d, and the opposite of --expect', async (expression, status) => {
    expect((await netwatch(`conns --json --fail-on '${expression}'`)).status).toBe(status);
    const asserted = /^(count|p95|min)/.test(expression) ? `not ${expression}` : `none(${expression})`;
    expect((await netwatch(`conns --json --expect '${asserted}'`)).status).toBe(status);
  });

  test('over no rows a filter is not met, and aggregates are what they are', async () => {
    expect((await netwatch("conns --fail-on 'state == LISTEN'", NONE())).status).toBe(EXIT.ok);
    expect((await netwatch("conns --fail-on 'count() == 0'", NONE())).status).toBe(EXIT.no);
    expect((await netwatch("conns --fail-on 'avg(rtt_ms) > 5'", NONE())).status).toBe(EXIT.unknown);
  });

  test('says what was found', async () => {
    expect((await netwatch("conns --json --fail-on 'state == LISTEN'")).said).toEqual([
      '--fail-on holds: state == LISTEN: it holds for 1 of 2 records',
    ]);
    expect((await netwatch("conns --json --fail-on 'p50(rtt_ms) > 1'")).said).toEqual([
      '--fail-on holds: p50(rtt_ms) > 1: p50(rtt_ms) is 12.5',
    ]);
    expect((await netwatch("conns --json --fail-on 'rtt_ms > 1000'")).said).toEqual([
      '--fail-on cannot be decided: rtt_ms > 1000: it cannot be told for 1 of 2 records',
    ]);
    expect((await netwatch("conns -q --json --fail-on 'state == LISTEN'")).said).toEqual([]);
  });

  const HOLDS = 'count() == 2';
  const FAILS = 'count() == 3';
  const UNKNOWN = 'min(age_s) > 0';

  test.each([
    // --expect, --fail-on, and what both give
    [HOLDS, FAILS, EXIT.ok],
    [HOLDS, HOLDS, EXIT.no],
    [HOLDS, UNKNOWN, EXIT.unknown],
    [FAILS, FAILS, EXIT.no],
    [FAILS, HOLDS, EXIT.no],
    [FAILS, UNKNOWN, EXIT.no],
    [UNKNOWN, FAILS, EXIT.unknown],
    [UNKNOWN, HOLDS, EXIT.no],
    [UNKNOWN, UNKNOWN, EXIT.unknown],
  ])('with --expect %s, --fail-on %s gives %d', async (expected, failing, status) => {
    const { status: given, said } = await netwatch(`conns --json --expect '${expected}' --fail-on '${failing}'`);
    expect(given).toBe(status);
    const about = said.map((line) => line.split(':', 1)[0]);
    const ofExpect = new Map([
      [FAILS, 'expectation does not hold'],
      [UNKNOWN, 'expectation cannot be decided'],
    ]).get(expected);
    const ofFailOn = new Map([
      [HOLDS, '--fail-on holds'],
      [UNKNOWN, '--fail-on cannot be decided'],
    ]).get(failing);
    expect(about).toEqual([ofExpect, ofFailOn].filter((line) => line !== undefined));
  });

  test('one failing snapshot of several decides, whichever of the two fails in it', async () => {
    const readings = () => ({
      platform: fakePlatform([readingOf(TWO), readingOf([LISTENER]), readingOf([socketOf()])]),
    });
    const run = async (line: string) => (await netwatch(`conns --json --count 3 ${line}`, readings())).status;
    expect(await run("--fail-on 'count() > 1'")).toBe(EXIT.no);
    expect(await run("--fail-on 'count() > 2'")).toBe(EXIT.ok);
    expect(await run("--expect 'count() > 0' --fail-on 'count(state == ESTABLISHED) == 0'")).toBe(EXIT.no);
    expect(await run("--expect 'count() > 1' --fail-on 'count() > 2'")).toBe(EXIT.no);
    expect(await run("--expect 'count() > 0' --fail-on 'count() > 2'")).toBe(EXIT.ok);
  });

  test('is about the rows that pass the filter, not about those that are printed', async () => {
    expect((await netwatch("conns --json -f 'state == LISTEN' --limit 0 --fail-on 'state == LISTEN'")).status).toBe(
      EXIT.no,
    );
    expect((await netwatch("conns --json -f 'state == LISTEN' --fail-on 'state == ESTABLISHED'")).status).toBe(EXIT.ok);
  });

  test('a rate that it asks for takes a second sample', async () => {
    const moving = [readingOf([socketOf({ rx_bytes: 0 })]), readingOf([socketOf({ rx_bytes: 1000 })])];
    const run = async (most: string) =>
      (await netwatch(`conns --json --fail-on 'rx_rate > ${most}'`, { platform: fakePlatform(moving) })).status;
    expect([await run('3999'), await run('4000')]).toEqual([EXIT.no, EXIT.ok]);
  });

  test('given twice, one of the two would be ignored', async () => {
    expect((await failure("conns --fail-on 'pid == 1' --fail-on 'pid == 2'")).message).toContain('--fail-on');
  });
});

describe('times relative to the present', () => {
  // the clock of these runs stands at 03:04:05.678 until somebody waits
  test.each([
    ["-f 'time > -1ms'", 2],
    ["-f 'time < now'", 0],
    ["-f 'time == now'", 2],
    ["-f 'time >= +1ms'", 0],
  ])('%s', async (options, rows) => {
    const { out } = await netwatch(`conns --json ${options}`);
    expect(out.split('\n').length - 1).toBe(rows);
  });

  test.each([
    ["--expect 'all(time > -1s)'", EXIT.ok],
    ["--expect 'all(time < -1s)'", EXIT.no],
    ["--fail-on 'time < -1s'", EXIT.ok],
    ["--fail-on 'time > -1s'", EXIT.no],
    ["--fail-on 'count(time > -1s) == 2'", EXIT.no],
    ["--wait 'any(time > -1s)' --timeout 1s", EXIT.ok],
  ])('%s', async (options, status) => {
    expect((await netwatch(`conns --json ${options}`)).status).toBe(status);
  });

  test('the present moves on while a run lasts', async () => {
    const { out } = await netwatch("conns --json --interval 1 --count 3 -f 'time in {-10ms..+10ms}'");
    expect(out.split('\n').length - 1).toBe(6);
  });
});

describe('--wait', () => {
  test('looks again until it holds, and prints what is then', async () => {
    const readings = [readingOf([]), readingOf([]), readingOf([LISTENER])];
    const { status, records } = await netwatch(
      "conns --json --wait 'any(state == LISTEN and local_port == 22)' --timeout 30s",
      { platform: fakePlatform(readings) },
    );
    expect(status).toBe(EXIT.ok);
    expect(records()).toHaveLength(1);
  });

  test.each<[string, readonly number[]]>([
    ["--wait 'any(local_port == 22)'", [22]],
    ["--wait 'count(tcp) > 1'", [50_000, 22]],
    ["--wait 'count(local_port == 22) > 0' --sort local_port:desc --limit 1", [22]],
    ["--wait 'count() > 1' --sort local_port --limit 1", [22]],
    ["--wait 'any(local_port == 22)' -f 'state == LISTEN'", [22]],
    // it speaks of rows that are not there: then all say what is
    ["--wait 'none(local_port == 7)'", [50_000, 22]],
    ["--wait 'count(local_port == 7) == 0'", [50_000, 22]],
  ])('%s prints the rows that it speaks of', async (options, ports) => {
    const { status, records, said } = await netwatch(`conns --json ${options} --timeout 2s`);
    expect([status, records().map((row) => row.local_port), said]).toEqual([EXIT.ok, ports, []]);
  });

  test('--expect is about all rows of that snapshot', async () => {
    const { status, records } = await netwatch("conns --json --wait 'any(local_port == 22)' --expect 'count() == 2'");
    expect([status, records().map((row) => row.local_port)]).toEqual([EXIT.ok, [22]]);
  });

  test('a format that is about all sockets stays so', async () => {
    const waited = await netwatch("conns -o prometheus --wait 'any(local_port == 22)'");
    expect(waited.out).toBe((await netwatch('conns -o prometheus')).out);
  });

  test('gives up with 75', async () => {
    const error = await failure("conns --wait 'any(local_port == 1)' --timeout 2s");
    expect(error.exit).toBe(EXIT.timeout);
    expect(error.message).toBe('timed out after 2s waiting for any(local_port == 1)');
  });
});

describe('bad input', () => {
  test.each([
    ['conns --jsn', EXIT.usage, 'unknown option --jsn', 'did you mean --json?'],
    ['export events -w f', EXIT.usage, 'unknown option -w', 'netwatch export events --help lists the options'],
    ['export events --spool q', EXIT.usage, '--spool needs --to URL', 'netwatch export events --help'],
    [
      'export events --to nats://h/s --append f',
      EXIT.usage,
      'unknown option --append',
      'netwatch export events --help lists the options',
    ],
    ['conns -Z', EXIT.usage, 'unknown option -Z', '--help'],
    ['conns --_=a b', EXIT.usage, 'unknown option --_=a', null],
    ['conns -_a', EXIT.usage, 'unknown option -_', null],
    ['conns --constructor', EXIT.usage, 'unknown option --constructor', '--help'],
    ['conns --__proto__ a', EXIT.usage, 'unknown option --__proto__', null],
    ['cons', EXIT.usage, 'unknown command "cons"', 'did you mean netwatch conns?'],
    ['conns extra', EXIT.usage, 'unexpected argument "extra"', '--help'],
    ['conns -o xml', EXIT.usage, '--output "xml" is not one of table, ndjson, json, tsv, csv', null],
    ['conns --interval abc', EXIT.usage, '--interval "abc" is not a length of time', null],
    ['conns --interval 0', EXIT.usage, '--interval "0" is not a length of time', null],
    ['conns --limit -1', EXIT.usage, '--limit', null],
    ['conns --limit 1e9', EXIT.usage, '--limit "1e9" is not a whole number', null],
    ['conns --port 70000', EXIT.usage, '--port "70000" is not a whole number from 0 to 65535', null],
    ['conns --fields pid,rtt', EXIT.usage, 'unknown field "rtt" of conn', 'did you mean rtt_ms?'],
    ['conns --sort rtt_ms:up', EXIT.usage, 'sort direction "up"', null],
    ['conns --fields', EXIT.usage, 'no value after --fields', 'netwatch conns --help'],
    ["conns -f 'rtt > 100'", EXIT.usage, 'rtt', 'rtt_ms'],
    ["conns --expect 'state == LISTEN'", EXIT.usage, '', null],
    ['conns --state bogus', EXIT.usage, 'unknown state "bogus"', null],
    ['conns -i eth9', EXIT.noInput, 'no interface "eth9"', 'did you mean eth0?'],
    ['conns --pid 999999', EXIT.noInput, 'no process 999999', null],
    ["conns --lang 'no tag'", EXIT.usage, '--lang "no tag" is not a language tag', null],
    ['conns --listen=yes', EXIT.usage, '--listen takes no value', null],
    ['conns -f tcp --filter udp', EXIT.usage, '--filter is given twice', 'join the two with and'],
    ["conns -f ''", EXIT.usage, '--filter is empty', null],
    ["conns --wait 'any(tcp)' --count 2", EXIT.usage, '--wait is bounded by --timeout', null],
    ['conns --events --coverage', EXIT.usage, '--events cannot be used with --summary or --coverage', null],
    ['conns --timeout 3s', EXIT.usage, '--timeout needs --wait', null],
    ['ifaces --routes --dns', EXIT.usage, 'exclude each other', null],
    ['fields nosuch', EXIT.usage, 'unknown record type "nosuch"', null],
    ['schema con', EXIT.usage, 'unknown record type "con"', 'did you mean conn?'],
    ['completion tcsh', EXIT.usage, 'unknown shell "tcsh"', null],
    ['conns -r /no/such/file', EXIT.noInput, 'no such file: /no/such/file', null],
    ['conns --config /no/such/file', EXIT.noInput, 'no such file: /no/such/file', null],
    ['conns --config /', EXIT.config, '/ is not a file', null],
  ])('%s', async (line, exit, message, hint) => {
    const error = await failure(line);
    expect(error.exit).toBe(exit);
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/^[A-Z]/);
    if (hint !== null) expect(error.hint).toContain(hint);
  });

  test('leaves stdout empty', async () => {
    const context = fakeContext({ platform: fakePlatform([readingOf(TWO)]) });
    await expect(run(context, ['conns', '-o', 'json', '-i', 'eth9'])).rejects.toBeInstanceOf(Failure);
    expect(context.out()).toBe('');
  });

  test('the place of the mistake', async () => {
    expect((await failure('conns --json --jsn')).place).toEqual({
      text: 'netwatch conns --json --jsn',
      column: 22,
      length: 5,
    });
    expect((await failure('conns --limit 5 --port 70000')).place).toEqual({
      text: 'netwatch conns --limit 5 --port 70000',
      column: 32,
      length: 5,
    });
    expect((await failure('conns --fields pid,rtt')).place).toEqual({ text: 'pid,rtt', column: 4, length: 3 });
  });
});

test('--help and --version', async () => {
  const version = await netwatch('--version');
  expect(version.out).toMatch(/^netwatch \d+\.\d+\.\d+\n$/);
  const program = await netwatch('--help');
  for (const name of ['conns', 'ifaces', 'fields', 'schema', 'completion', 'doctor'])
    expect(program.out).toContain(name);
  expect((await netwatch('help conns')).out).toBe((await netwatch('conns --help')).out);
  expect((await netwatch('version')).out).toBe(version.out);
  const command = await netwatch('conns --help');
  expect(command.out).toContain('--expect');
  expect(command.out).toContain("netwatch conns -f 'rtt_ms > 100'");
});
