import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Blocks, COMMENT, join, pcap, text } from '../../support/captures.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { netwatch, type Ran, recordsOf, runInProcess } from '../../support/in-process.ts';
import { ROOT } from '../../support/program.ts';
import { expectRecord } from '../../support/record-schema.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

/** What happens in it is told in test/captures/README.md. */
const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-capture-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function saved(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}

interface PacketRecord {
  readonly number: number;
  readonly layers: readonly string[];
  readonly length: number;
}
const capture = (...argv: readonly string[]): Promise<Ran> => netwatch('capture', '-r', LOOPBACK, ...argv);
const numbers = async (...argv: readonly string[]): Promise<readonly number[]> =>
  recordsOf<PacketRecord>((await capture('--json', ...argv)).out).map(({ number }) => number);

test('a packet is a line, with the fields of a packet list', async () => {
  const { out, said, status } = await capture('-c', '3');
  expect([status, said]).toEqual([0, []]);
  expect(out.split('\n')).toEqual([
    'number\trel_s\tlength\tsrc\tdst\tproto\tinfo',
    '1\t0\t72\t127.0.0.1\t127.0.0.1\tDNS\tStandard query 0x0ac2 A real.example',
    '2\t0.000840154\t88\t127.0.0.1\t127.0.0.1\tDNS\tStandard query response 0x0ac2 A real.example A 192.0.2.7',
    '3\t0.001056006\t75\t127.0.0.1\t127.0.0.1\tDNS\tStandard query 0x55d6 A missing.example',
    '',
  ]);
});

test('as a record it has every field', async () => {
  const [record] = recordsOf((await capture('--json', '-f', 'frame.number == 32')).out);
  expect(record).toEqual({
    type: 'packet',
    number: 32,
    time: '2026-11-21T07:48:42.354531188Z',
    rel_s: 0.105442437,
    iface: null,
    link: 'ETHERNET',
    length: 74,
    captured: 74,
    src: '::1',
    src_port: 9,
    dst: '::1',
    dst_port: 49330,
    proto: 'TCP',
    layers: ['eth', 'ipv6', 'tcp'],
    info: '9 → 49330 [RST, ACK] Seq=1 Ack=1 Win=0 Len=0',
    stream: 2,
    severity: 'error',
    expert: ['tcp.connection.rst'],
    pid: null,
    process: null,
    delta_s: 0.000010605,
    transport: 'tcp',
    tcp_flags: 'RST, ACK',
    payload_bytes: 0,
    truncated: false,
    malformed: false,
    comment: null,
    src_host: null,
    dst_host: null,
  });
});

test('every record is what its schema says', async () => {
  for (const record of recordsOf((await capture('--json')).out)) expectRecord(record);
});

describe.skipIf(toolIsMissing('tshark'))('as tshark has it', () => {
  const tshark = (...args: readonly string[]): string => runTool('tshark', ['-n', '-r', LOOPBACK, ...args]).stdout;
  const fieldsOf = (...fields: readonly string[]) =>
    tshark('-T', 'fields', ...fields.flatMap((field) => ['-e', field]))
      .trimEnd()
      .split('\n');

  test('numbers, times, lengths and layers', async () => {
    const theirs = fieldsOf('frame.number', 'frame.time_relative', 'frame.len', 'frame.protocols').map((line) =>
      line.replace(/:(ethertype|data-text-lines|data)(?=:|$)/g, ''),
    );
    const ours = recordsOf<PacketRecord & { rel_s: number }>((await capture('--json')).out).map(
      ({ number, rel_s, length, layers }) => `${number}\t${rel_s.toFixed(9)}\t${length}\t${layers.join(':')}`,
    );
    expect(ours).toEqual(theirs);
  });

  test('which packets pass a filter', async () => {
    const filters = [
      'dns',
      'udp && !dns',
      'not tcp and not udp',
      '!(tcp or dns)',
      'http || tls',
      'ipv6 and tcp',
      'tcp.port == 8080',
      'tcp.port != 8080',
      'udp.port in {53 .. 7777}',
      'tcp.srcport in {8080..8443}',
      'tcp.dstport == 9',
      'ip.src == 127.0.0.0/8',
      'ip.addr == 127.0.0.1 and tcp.len > 100',
      'ipv6.addr == ::1',
      'tcp.flags.syn == 1 && tcp.flags.ack == 0',
      'tcp.flags.reset == 1',
      'tcp.flags == 0x11',
      'frame.len >= 74 and frame.len <= 90',
      'frame.number <= 5',
      'tcp.stream == 1',
      'udp.stream == 2',
      'frame contains "hello"',
      'tcp contains "HTTP"',
      'tcp.analysis.flags',
      'http.request',
      'http.request.method == GET',
      'http.response.code != 404',
      'http.response.code in {400..499}',
      'http.host contains "web"',
      'dns.flags.response == 1 && dns.flags.rcode == 3',
      'dns.flags.response == 0',
      'dns.qry.name == "real.example"',
      'dns.qry.name != "real.example"',
      'tls.handshake.type == 1',
      'tls.handshake.type == 2',
      'tls.handshake',
      'tls.handshake.extensions_server_name == "secure.example"',
      'ip.ttl < 64',
      'ip.proto == 17 and udp.length > 20',
      'ip.version == 6',
      'eth.addr == 00:00:00:00:00:00',
      'tcp.seq == 1 and tcp.ack == 1',
      'tcp.window_size > 65535',
      'tcp.window_size_value > 65000',
      'http',
      'data',
    ];
    const [sums] = /^\|.*<>.*$/m.exec(tshark('-q', '-z', ['io,stat,0', ...filters].join(',')))!;
    const theirs = sums.split('|').slice(2, -1).map(Number);
    const ours: number[] = [];
    for (const filter of filters) {
      const found = recordsOf<PacketRecord>((await capture('--json', '-f', filter)).out);
      ours.push(
        found.length,
        found.reduce((sum, { length }) => sum + length, 0),
      );
    }
    expect(ours).toEqual(theirs);
  });

  test('the dump of -x', async () => {
    // without the text, which stands apart by three spaces here and by two there; with TCP there are dumps of bodies too
    const dumps = (printed: string) => printed.match(/^[0-9a-f]{4} {2}[0-9a-f ]{47}/gm);
    expect(dumps((await capture('-x')).out)).toEqual(dumps(tshark('-x', '--disable-protocol', 'tcp')));
  });
});

describe('-V and -x', () => {
  test('print every layer under its name, then the bytes', async () => {
    const { out } = await capture('-V', '-x', '-f', 'frame.number == 8');
    const unindented = out.split('\n').filter((line) => /^\S/.test(line));
    expect(unindented.slice(0, 6)).toEqual([
      '8 0.022937 127.0.0.1 → 127.0.0.1 HTTP 132 GET /hello HTTP/1.1',
      'Frame 8: 132 bytes on the wire, 132 captured',
      'Ethernet II (eth)',
      'Internet Protocol Version 4 (ip)',
      'Transmission Control Protocol (tcp)',
      'Hypertext Transfer Protocol (http)',
    ]);
    for (const line of [
      '    host: web.example',
      '    Source Port: 33638',
      '    Total Length: 118',
      '    Segment Len: 66',
    ]) {
      expect(out.split('\n')).toContain(line);
    }
    expect(unindented[6]).toBe('0000  00 00 00 00 00 00 00 00 00 00 00 00 08 00 45 00   ..............E.');
    expect(unindented.at(-1)).toBe('0080  0d 0a 0d 0a                                       ....');
  });

  test('name the layers of every packet, in order', async () => {
    const parts = (await capture('-V')).out.split('\n\n');
    const records = recordsOf<PacketRecord>((await capture('--json')).out);
    expect(parts).toHaveLength(records.length);
    for (const [index, { layers }] of records.entries()) {
      expect([...parts[index]!.replace(/.*\n/, '').matchAll(/^\S.* \((\S+)\)$/gm)].map(([, name]) => name)).toEqual(
        layers,
      );
    }
  });

  test.each([['-V'], ['-x']])('%s prints text only', async (option) => {
    const { status, out, said } = await capture(option, '-o', 'json');
    expect([status, out, said[0]]).toEqual([64, '', expect.stringMatching(/prints text, not json/)]);
  });
});

describe('which packets', () => {
  test.each<[readonly string[], readonly number[]]>([
    [
      ['-c', '2'],
      [1, 2],
    ],
    [
      ['--limit', '2'],
      [1, 2],
    ],
    [
      ['-c', '2', '-f', 'http'],
      [8, 10],
    ],
    [
      ['--sort', 'length:desc', '--limit', '2'],
      [22, 25],
    ],
    [['--sort', 'length:desc,number', '-c', '4', '--limit', '1'], [2]],
    [
      ['-f', 'stream 2 and udp', '--sort', 'number:desc'],
      [38, 37, 36, 35, 34, 33],
    ],
    [
      ['-f', 'severity == error'],
      [4, 32],
    ],
    [
      ['-f', 'port 53'],
      [1, 2, 3, 4],
    ],
    [
      ['-f', 'web.example'],
      [8, 12],
    ],
    [['-f', 'info matches "real.*192"'], [2]],
    [
      ['-f', 'rel_s > 0.1071'],
      [35, 36, 37, 38],
    ],
    [['-f', 'arp'], []],
  ])('%j', async (argv, expected) => {
    expect(await numbers(...argv)).toEqual(expected);
  });

  test('of an interface, with the numbers they have', async () => {
    const le = new Blocks(true);
    const iface = (name: string) => le.iface({ options: [{ code: 2, value: text(name) }] });
    const packet = (index: number) =>
      le.packet(udpFrame({ srcPort: 9000, dstPort: 9001 }, [index]), { iface: index % 2 });
    const file = saved('two.pcapng', join(le.section(), iface('a'), iface('b'), ...[0, 1, 2, 3].map(packet)));
    const { out } = await netwatch('capture', '-r', file, '-i', 'b', '--fields', 'number,iface', '--no-header');
    expect(out).toBe('2\tb\n4\tb\n');
    expect((await netwatch('capture', '-r', file, '-i', 'c')).status).toBe(66);
  });

  test('none are said to be none', async () => {
    const { status, out, said } = await capture('-f', 'arp');
    expect([status, out.split('\n').length, said]).toEqual([0, 2, ['no packet passes the filter']]);
    expect((await capture('-f', 'arp', '-q')).said).toEqual([]);
    expect((await capture('-f', 'arp', '-o', 'json')).out).toBe('[]\n');
  });
});

describe('--expect', () => {
  test.each<[string, readonly string[], number]>([
    ['count(proto == "DNS") == 4', [], 0],
    ['count(proto == "DNS") == 4', ['--limit', '1'], 0],
    ['count(proto == "DNS") == 4', ['-c', '3'], 1],
    ['any(severity == error)', ['-f', 'tcp'], 0],
    ['all(length < 800)', [], 1],
    ['max(stream) == 2', ['-f', 'udp'], 0],
    ['max(length) > 1', ['-f', 'arp'], 3],
  ])('%s of %j: %i', async (expectation, argv, status) => {
    expect((await capture('--expect', expectation, '-q', ...argv)).status).toBe(status);
  });
});

describe('on a terminal', () => {
  const terminal = { columns: 80, rows: 24 };
  const shown = (...argv: readonly string[]): Promise<Ran> =>
    runInProcess(['capture', '-r', LOOPBACK, ...argv], { terminal });

  test('what deserves a look is marked, and lines end at the edge', async () => {
    const { out, said } = await shown('--color', 'never');
    expect(said).toEqual(['hidden: length; a wider terminal or --fields shows them']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe('      NO        TIME SOURCE          DESTINATION     PROTO    INFO');
    expect(lines.flatMap((line, index) => (line.startsWith('●') ? [index] : []))).toEqual([4, 32]);
    expect(lines.flatMap((line, index) => (line.startsWith('▲') ? [index] : []))).toEqual([13]);
    expect(Math.max(...lines.map((line) => line.length))).toBe(80);
  });

  test('coloured, unless that is not wanted', async () => {
    const coloured = (await shown()).out.split('\n');
    expect(coloured[4]).toMatch(/^\x1b\[31m.*\x1b\[39m$/); // red
    expect(coloured[1]).not.toContain('\x1b');
    expect((await runInProcess(['capture', '-r', LOOPBACK], { terminal, env: { NO_COLOR: '1' } })).out).not.toContain(
      '\x1b',
    );
    expect((await capture('-o', 'table')).out).not.toContain('\x1b');
  });
});

test('nothing a packet says reaches the terminal as control characters', async () => {
  const evil = '\x1b]0;owned\x07\x9b2J\u202e\t\r\v';
  const request = [...Buffer.from(`GET /${evil} HTTP/1.1\r\nHost: ${evil}\r\n\r\n`, 'utf8')];
  const name = [...Buffer.from('\x1b[2J\x07', 'latin1')];
  const query = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.length, ...name, 0, 0, 1, 0, 1];
  const le = new Blocks(true);
  const options = [{ code: COMMENT, value: text(evil) }];
  const frames = [
    tcpFrame({ srcPort: 4000, dstPort: 80, flags: 0x18 }, request),
    udpFrame({ srcPort: 4000, dstPort: 53 }, query),
  ];
  const iface = le.iface({ options: [{ code: 2, value: text(evil) }] });
  const file = saved('evil.pcapng', join(le.section(), iface, ...frames.map((bytes) => le.packet(bytes, { options }))));
  for (const format of ['table', 'tsv', 'csv', 'ndjson', 'json']) {
    const { out } = await netwatch('capture', '-r', file, '-o', format, '--fields', 'all');
    expect(out).toContain('owned');
    expect(out).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    expect(out.split('\n')).toHaveLength({ table: 4, tsv: 4, csv: 4, ndjson: 3, json: 5 }[format]!);
  }
  for (const option of ['-V', '-x']) {
    expect((await netwatch('capture', '-r', file, option)).out).not.toMatch(
      /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/,
    );
  }
});

describe('what cannot be done is said', () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ['a filter without its end', ['-f', 'tcp.port =='], 64, /expected a value after "=="/],
    [
      'a field that is not there',
      ['-f', 'ip.scr == 1.2.3.4'],
      64,
      /unknown field "ip.scr".*\n.*\n.*\^\^\^\^\^\^\n(.*ip\.src)/,
    ],
    ['a field to print', ['--fields', 'number,foo'], 64, /unknown field "foo" of packet/],
    ['two formats', ['--json', '--csv'], 64, /one output format at a time/],
    ['no packets', ['-c', '0'], 64, /--count "0"/],
    ['an expectation without sense', ['--expect', 'count(foo) > 1'], 64, /foo/],
  ])('%s', async (_what, argv, status, message) => {
    const ran = await netwatch('capture', '-r', LOOPBACK, ...argv);
    expect([ran.status, ran.out]).toEqual([status, '']);
    expect(ran.said.join('\n')).toMatch(message);
  });

  test('a capture that ends in a packet, after its whole ones', async () => {
    const file = saved('cut.pcap', pcap([{ bytes: Uint8Array.of(1) }, { bytes: Uint8Array.of(2, 3) }]).slice(0, -1));
    const { status, out, said } = await netwatch('capture', '-r', file, '--fields', 'number', '--no-header');
    expect([status, out, said]).toEqual([0, '1\n', [`${file}: cut short in packet 2, at byte 58`]]);
  });
});
