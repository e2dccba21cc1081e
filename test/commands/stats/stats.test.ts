import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { STATISTICS, type StatisticName } from '../../../src/core/stats/names.ts';
import { pcap } from '../../support/captures.ts';
import { tcpFrame } from '../../support/frames.ts';
import { ascii } from '../../support/headers.ts';
import { netwatch, type Ran, recordsOf } from '../../support/in-process.ts';
import { ROOT } from '../../support/program.ts';
import { expectRecord } from '../../support/record-schema.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';
import { hierarchyIn } from '../../support/tshark.ts';

/** What happens in each is told in test/captures/README.md. */
const CAPTURES = path.join(ROOT, 'test/captures');
const RECORDED = fs.readdirSync(CAPTURES).filter((name) => /\.pcap(ng)?$/.test(name));
const LOOPBACK = path.join(CAPTURES, 'loopback.pcap');
const NAMES = Object.keys(STATISTICS) as StatisticName[];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-stats-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function saved(name: string, bytes: Uint8Array | string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}
const whole = fs.readFileSync(LOOPBACK);
const EMPTY = saved('empty.pcap', whole.subarray(0, 24));

/** What the recording has nothing of is counted in another. */
const ELSEWHERE: Partial<Record<StatisticName, string>> = {
  quic: path.join(CAPTURES, 'quic-early.pcap'),
  tunnels: path.join(CAPTURES, 'tls-starttls.pcap'),
};
const stats = (...argv: readonly string[]): Promise<Ran> =>
  netwatch('stats', '-r', ELSEWHERE[argv[1] as StatisticName] ?? LOOPBACK, ...argv);

async function records(by: string, ...argv: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { out, status } = await stats('--by', by, '--json', ...argv);
  expect(status).toBe(0);
  return recordsOf(out);
}

describe('what happened in the recording', () => {
  test('a record for each DNS query, with its answer and how long it took', async () => {
    const common = { client: '127.0.0.1', server: '127.0.0.1', transport: 'udp', qtype: 'A' };
    expect(await records('dns')).toMatchObject([
      { ...common, name: 'real.example', rcode: 'NOERROR', answers: ['192.0.2.7'], latency_ms: 0.840154, packet: 1 },
      { ...common, name: 'missing.example', rcode: 'NXDOMAIN', answers: [], latency_ms: 0.211986, packet: 3 },
    ]);
  });

  test('a record for each HTTP request, with its response', async () => {
    const common = { stream: 0, server_port: 8080, method: 'GET', host: 'web.example', version: 'HTTP/1.1' };
    expect(await records('http')).toMatchObject([
      { ...common, uri: '/hello', status: 200, reason: 'OK', request_bytes: 66, response_bytes: 147 },
      { ...common, uri: '/nowhere', status: 404, reason: 'Not Found', request_bytes: 68, response_bytes: 151 },
    ]);
  });

  test('a record for each TLS session, with what was offered and chosen', async () => {
    expect(await records('tls')).toMatchObject([
      {
        stream: 1,
        server_port: 8443,
        server_name: 'secure.example',
        version: 'TLSv1.3',
        cipher: 'TLS_AES_256_GCM_SHA384',
        offered_alpn: ['h2', 'http/1.1'],
        transport: 'tcp',
        packet: 20,
      },
    ]);
  });

  test('ports, by bytes', async () => {
    expect((await records('ports')).map(({ proto, port, app, streams }) => [proto, port, app, streams])).toEqual([
      ['tcp', 8443, 'tls', 1],
      ['tcp', 8080, 'http', 1],
      ['udp', 7777, null, 1],
      ['udp', 53, 'dns', 2],
      ['tcp', 9, null, 1],
    ]);
  });

  test('what deserves a look', async () => {
    const found = await records('expert', '-f', 'severity in {error, warn}');
    expect(found.map(({ id, packets, first_packet }) => [id, packets, first_packet])).toEqual([
      ['tcp.connection.rst', 1, 32],
      ['dns.nxdomain', 1, 4],
      ['http.response.client_error', 1, 13],
    ]);
  });

  test('time, in rows of a width', async () => {
    const rows = await records('time', '--bucket', '20ms');
    expect(rows.map(({ rel_s, packets }) => [rel_s, packets])).toEqual([
      [0, 4],
      [0.02, 7],
      [0.04, 5],
      [0.06, 0],
      [0.08, 9],
      [0.1, 13],
    ]);
    expect(rows[1]).toMatchObject({ time: '2026-11-21T07:48:42.269088751Z', span_s: 0.02, packet_rate: 350 });
  });
});

test('a request behind a gap that nothing closes is told of when the capture is over', async () => {
  const request = ascii('GET /late HTTP/1.1\r\nHost: held.example\r\n\r\n');
  const frames = [
    { bytes: tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 2 }) },
    { bytes: tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 0x18, seq: 100 }, request) },
  ];
  const file = saved('held.pcap', pcap(frames));
  const { out } = await netwatch('stats', '-r', file, '--by', 'http', '--json');
  expect(recordsOf(out)).toMatchObject([{ uri: '/late', status: null }]);
  const conns = await netwatch('conns', '-r', file, '--json');
  expect(recordsOf(conns.out)).toMatchObject([{ app: 'http', server_name: 'held.example' }]);
});

test('every capture has a row that tells what happens in it', () => {
  const rows = fs.readFileSync(path.join(CAPTURES, 'README.md'), 'utf8').matchAll(/^\| `(.+?)` \|/gm);
  expect([...rows].map(([, name]) => name).sort()).toEqual([...RECORDED].sort());
});

/** Where ours differ on purpose, by path; null for what we do not have. XMPP is not dissected; for TDS see captures/DIFFERENCES.md. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, { packets: number; bytes: number } | null>>>> = {
  'tls-starttls.pcap': {
    'eth/ip/tcp/tls': { packets: 164, bytes: 38_117 },
    'eth/ip/tcp/tds/tls': { packets: 8, bytes: 3469 },
    'eth/ip/tcp/xmpp': null,
  },
};

describe.skipIf(toolIsMissing('tshark'))('as tshark counts', () => {
  const tshark = (...args: readonly string[]): string => runTool('tshark', ['-n', '-r', LOOPBACK, ...args]).stdout;

  test.each(RECORDED)('the protocol hierarchy of %s', async (name) => {
    const file = path.join(CAPTURES, name);
    const { out } = await netwatch('stats', '-r', file, '--by', 'protocols', '--json');
    const found = recordsOf<{ path: string; packets: number; bytes: number }>(out);
    const { stdout } = runTool('tshark', ['-n', '-q', '-r', file, '-z', 'io,phs']);
    const theirs = new Map(hierarchyIn(stdout));
    for (const [at, ours] of Object.entries(DIFFERENCES[name] ?? {})) {
      if (ours === null) expect(theirs.delete(at), at).toBe(true);
      else theirs.set(at, ours);
    }
    expect(new Map(found.map(({ path: at, packets, bytes }) => [at, { packets, bytes }]))).toEqual(theirs);
  });

  test.each(['tcp', 'udp'])('%s conversations, A being who sent first', async (proto) => {
    const lines = [...tshark('-q', '-z', `conv,${proto}`).matchAll(/^(\S+) +<-> (\S+) +(.*)$/gm)];
    const theirs = lines.map(([, a, b, rest]) => {
      const [bPackets, bBytes, aPackets, aBytes] = rest!.replaceAll(' bytes', '').trim().split(/ +/);
      return `${a} ${b} ${aPackets} ${aBytes} ${bPackets} ${bBytes}`;
    });
    const ours = (await records('conversations', '-f', `proto == ${proto}`)).map(
      (row) =>
        `${row.a_addr}:${row.a_port} ${row.b_addr}:${row.b_port} ${row.a_packets} ${row.a_bytes} ${row.b_packets} ${row.b_bytes}`,
    );
    expect([...ours].sort()).toEqual(theirs.sort());
  });

  test('endpoints', async () => {
    const theirs = [...tshark('-q', '-z', 'endpoints,ip', '-z', 'endpoints,ipv6').matchAll(/^([\d.:]+) +(\d.*)$/gm)];
    const ours = await records('endpoints');
    expect(
      ours.map((row) =>
        [row.addr, row.packets, row.bytes, row.tx_packets, row.tx_bytes, row.rx_packets, row.rx_bytes].join(' '),
      ),
    ).toEqual(theirs.map(([, addr, rest]) => `${addr} ${rest!.trim().replace(/ +/g, ' ')}`).sort());
  });

  test('handshakes', async () => {
    const fields = ['-T', 'fields', '-e', 'tcp.stream', '-e', 'tcp.analysis.initial_rtt'];
    const theirs = new Set(
      tshark('-Y', 'tcp.analysis.initial_rtt', ...fields)
        .trim()
        .split('\n'),
    );
    const all = (await records('handshakes')).filter(({ type }) => type === 'handshake');
    expect(all.map(({ outcome, total_ms }) => [outcome, total_ms === null])).toEqual([
      ['complete', false],
      ['complete', false],
      ['refused', false],
    ]);
    const seconds = (millis: unknown): string => ((millis as number) / 1000).toFixed(9);
    expect(new Set(all.map(({ stream, total_ms }) => `${stream}\t${seconds(total_ms)}`))).toEqual(theirs);
  });

  test('packet lengths', async () => {
    const lines = tshark('-q', '-z', 'plen,tree').matchAll(/^ ([\d-]+) +(\d+) +(\S+) +(\S+) +(\S+)/gm);
    const theirs = [...lines].map(([, range, ...rest]) => [
      range,
      ...rest.map((one) => (one === '-' ? null : Number(one))),
    ]);
    const ours = await records('packet_lengths');
    expect(
      ours.slice(0, -1).map((row) => [row.range, row.packets, row.avg_bytes, row.min_bytes, row.max_bytes]),
    ).toEqual(theirs);
  });
});

describe('rows of the handshake histogram can be filtered, sorted and expected', () => {
  const bare = (...argv: readonly string[]) => records('handshakes', ...argv);

  test('by the options that name their fields', async () => {
    const [all, ...others] = await bare('--filter', 'bucket == "all"');
    expect(others).toEqual([]);
    expect(all).toMatchObject({ type: 'handshake_histogram', bucket: 'all', refused: 1, unanswered: 0, incomplete: 0 });
    expect(all!.count).toBe(2);
    expect(await bare('--filter', 'p95_ms < 0')).toEqual([]);
    const counts = (await bare('--sort', 'from_ms:desc')).map(({ from_ms }) => from_ms);
    expect(counts).toEqual([500, 100, 50, 10, 5, 1, 0, null]);
    expect(await bare('--limit', '1', '--fields', 'bucket,p95_ms')).toEqual([
      { type: 'handshake_histogram', bucket: '<1ms', p95_ms: all!.p95_ms },
    ]);
  });

  test.each([
    ['max(p95_ms) < 1000', 0],
    ['max(p95_ms) < 0.000001', 1],
    ['sum(refused) == 1', 0],
    ['sum(unanswered) > 0', 1],
  ])('%s', async (claim, status) => {
    expect((await stats('--by', 'handshakes', '--filter', 'bucket == "all"', '--expect', claim)).status).toBe(status);
  });

  test('all other options are of the connections, which the histogram follows', async () => {
    const types = async (...argv: readonly string[]) => new Set((await bare(...argv)).map(({ type }) => type));
    const both = new Set(['handshake', 'handshake_histogram']);
    expect(await types()).toEqual(both);
    expect(await types('--filter', 'total_ms > 0 and outcome == complete')).toEqual(both);
    expect(await types('--sort', 'total_ms', '--limit', '1')).toEqual(both);
    const ran = await stats('--by', 'handshakes', '--filter', 'nonsense > 1 and bucket == "all"');
    expect([ran.status, ran.said.join(' ')]).toEqual([64, expect.stringContaining('nonsense')]);
  });

  test('of several statistics the first', async () => {
    const types = (await records('handshakes,summary', '--filter', 'bucket == "all"')).map(({ type }) => type);
    expect(types).toEqual(['handshake_histogram', 'capture_summary']);
    expect((await stats('--by', 'summary,handshakes', '--filter', 'bucket == "all"')).status).toBe(64);
  });
});

test.skipIf(toolIsMissing('capinfos'))('the summary is that of capinfos', async () => {
  const { stdout } = runTool('capinfos', ['-T', '-r', '-M', '-S', '-t', '-c', '-d', '-a', '-e', LOOPBACK]);
  const [, format, packets, bytes, first, last] = stdout.trim().split('\t');
  const [row] = await records('summary');
  const epoch = (time: unknown): string =>
    `${Date.parse(String(time).replace(/\.\d+/, '')) / 1000}${/\.\d+/.exec(String(time))![0]}`;
  expect([row!.format, `${row!.packets}`, `${row!.bytes}`, epoch(row!.first), epoch(row!.last)]).toEqual([
    format,
    packets,
    bytes,
    first,
    last,
  ]);
  expect(row).toMatchObject({ tcp_streams: 3, udp_streams: 3, truncated_packets: 0, malformed_packets: 0 });
});

/** Cells of RFC 4180 CSV without line feeds in them. */
const csvCells = (line: string): string[] =>
  [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(([, quoted, bare]) =>
    quoted === undefined ? bare! : quoted.replaceAll('""', '"'),
  );

describe.each(NAMES)('--by %s', (name) => {
  const { tables } = STATISTICS[name];

  test('gives records of its types, with every field in order', async () => {
    const found = await records(name);
    expect(new Set(found.map(({ type }) => type))).toEqual(new Set(tables.map(({ type }) => type)));
    for (const record of found) expectRecord(record);
  });

  test('says the same in every format', async () => {
    const found = await records(name);
    const main = found.filter(({ type }) => type === tables[0].type);
    const fields = Object.keys(tables[0].fields);
    expect(JSON.parse((await stats('--by', name, '-o', 'json')).out)).toEqual(found);
    const text = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value ?? ''));
    for (const [format, cellsOf] of [
      ['tsv', (line: string) => line.split('\t')],
      ['csv', csvCells],
    ] as const) {
      const [header, ...lines] = (await stats('--by', name, '-o', format, '--fields', 'all')).out.split('\n');
      expect(cellsOf(header!)).toEqual(fields);
      expect(lines.slice(0, main.length).map(cellsOf)).toEqual(
        main.map((row) => fields.map((field) => text(row[field]))),
      );
    }
    const table = (await stats('--by', name, '-o', 'table')).out.split('\n');
    const shown = table.slice(1, table.indexOf('', 1) < 0 ? undefined : table.indexOf('', 1));
    expect(shown.filter((line) => line !== '')).toHaveLength(main.length);
  });

  test('is done with an empty capture', async () => {
    for (const format of ['ndjson', 'json', 'tsv', 'csv', 'table']) {
      const { out, status } = await netwatch('stats', '-r', EMPTY, '--by', name, '-o', format);
      expect(status).toBe(0);
      if (format === 'json') expect(JSON.parse(out)).toBeInstanceOf(Array);
      expect(out).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  test('counts what there is of a capture cut short, and says where it ends', async () => {
    const file = saved('cut.pcap', whole.subarray(0, 2000));
    const { out, said, status } = await netwatch('stats', '-r', file, '--by', name, '-q', '--json');
    expect([status, said]).toEqual([0, [`${file}: cut short in packet 18, at byte 2000`]]);
    if (name === 'summary') expect(recordsOf(out)).toMatchObject([{ packets: 17 }]);
  });
});

test('several questions are answered in one pass, in the order they were asked', async () => {
  const types = (await records('dns,summary,http')).map(({ type }) => type);
  expect(types).toEqual(['dns_query', 'dns_query', 'capture_summary', 'http_request', 'http_request']);
  expect(new Set((await records('all')).map(({ type }) => type))).toEqual(
    new Set(
      NAMES.filter((name) => ELSEWHERE[name] === undefined).flatMap((name) =>
        STATISTICS[name].tables.map(({ type }) => type),
      ),
    ),
  );
});

describe('--expect is about all of the first kind', () => {
  test.each([
    ['conversations,dns', 'count(proto == tcp) == 3', 0],
    ['conversations,dns', 'count(proto == tcp) == 4', 1],
    ['dns', 'all(latency_ms < 1)', 0],
    ['dns', 'max(latency_ms) < 0.5', 1],
    ['http', 'any(status >= 500)', 1],
    ['expert', 'count(severity == error) == 0', 1],
    ['dns', 'avg(latency_ms) > 0 and count() == 2', 0],
  ])('--by %s: %s', async (by, expectation, status) => {
    // the limit cuts what is printed, not what is expected of
    const ran = await stats('--by', by, '--expect', expectation, '--limit', '1');
    expect(ran.status).toBe(status);
    expect(ran.said.some((line) => line.startsWith('expectation does not hold'))).toBe(status === 1);
  });

  test('cannot be decided about nothing', async () => {
    const { status, said } = await netwatch('stats', '-r', EMPTY, '--by', 'dns', '--expect', 'max(latency_ms) < 1');
    expect([status, said.at(-1)]).toEqual([3, expect.stringContaining('cannot be decided')]);
  });
});

describe('what cannot be done is said', () => {
  const damaged = (length: number): string => saved(`${length}.pcap`, whole.subarray(0, length));
  test.each<[string, readonly string[], number, RegExp]>([
    ['an unknown statistic', ['-r', LOOPBACK, '--by', 'dsn'], 64, /"dsn" is no statistic\ndid you mean dns\?/],
    ['an empty list', ['-r', LOOPBACK, '--by', 'dns,'], 64, /is not a list/],
    [
      'a field of another record',
      ['-r', LOOPBACK, '--by', 'dns,http', '--fields', 'uri'],
      64,
      /unknown field "uri" of dns_query/,
    ],
    ['a filter on what is not there', ['-r', LOOPBACK, '-f', 'rtt > 1'], 64, /rtt > 1\n {2}\^\^\^/],
    ['an operand', [LOOPBACK], 64, /unexpected argument/],
    ['the options of a live machine', ['-r', LOOPBACK, '--interval', '1'], 64, /--interval needs a live machine/],
    ['a bucket of no width', ['-r', LOOPBACK, '--by', 'time', '--bucket', '0'], 64, /--bucket "0"/],
    ['a file that is not there', ['-r', '/no/such.pcap'], 66, /^no such file: \/no\/such\.pcap$/m],
    ['a folder', ['-r', os.tmpdir()], 65, /is a folder/],
    ['no bytes at all', ['-r', damaged(0)], 65, /is not a capture: it is empty/],
    ['less than a header', ['-r', damaged(10)], 65, /is not a capture: cut short in its header/],
    [
      'text',
      ['-r', saved('text', 'hello, world\n')],
      65,
      /is not a capture: it does not begin like a pcap or pcapng file/,
    ],
  ])('%s', async (_what, argv, status, message) => {
    const ran = await netwatch('stats', ...argv);
    expect([ran.status, ran.out]).toEqual([status, '']);
    expect(ran.said.join('\n')).toMatch(message);
  });
});
