import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pcap } from '../../support/captures.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { netwatch, type Ran, recordsOf, runInProcess } from '../../support/in-process.ts';
import { ROOT } from '../../support/program.ts';
import { expectRecord } from '../../support/record-schema.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

/** What happens in it is told in test/captures/README.md. */
const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-follow-'));
const at = (name: string): string => path.join(folder, name);
afterAll(() => fs.rmSync(folder, { recursive: true }));

function saved(name: string, frames: readonly Uint8Array[]): string {
  fs.writeFileSync(at(name), pcap(frames.map((bytes, index) => ({ bytes, seconds: index }))));
  return at(name);
}

const follow = (...argv: readonly string[]): Promise<Ran> => netwatch('follow', '-r', LOOPBACK, ...argv);

const REQUEST = (url: string): string => `GET ${url} HTTP/1.1\r\nhost: web.example\r\nConnection: keep-alive\r\n\r\n`;
const HEADERS =
  'content-type: text/plain\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\r\n';
/** What the recorder's browser and server said, in turn. */
const SAID = [
  ['a', REQUEST('/hello')],
  ['b', `HTTP/1.1 200 OK\r\n${HEADERS}10\r\nHello, capture!\n\r\n0\r\n\r\n`],
  ['a', REQUEST('/nowhere')],
  ['b', `HTTP/1.1 404 Not Found\r\n${HEADERS}e\r\nNothing here.\n\r\n0\r\n\r\n`],
] as const;
const sideOf = (side: string): string => SAID.flatMap(([one, text]) => (one === side ? [text] : [])).join('');

interface Segment {
  readonly type: string;
  readonly stream: number;
  readonly packet: number;
  readonly time: string;
  readonly dir: 'a' | 'b';
  readonly offset: number;
  readonly length: number;
  readonly data: string;
}

describe('--list', () => {
  test('the streams, TCP before UDP, with what they are', async () => {
    const { out, status } = await follow('--list', '--json');
    expect(status).toBe(0);
    expect(recordsOf(out)).toMatchObject([
      {
        stream: 0,
        proto: 'tcp',
        b_port: 8080,
        packets: 12,
        a_bytes: 134,
        b_bytes: 298,
        state: 'CLOSED',
        app: 'http',
        server_name: 'web.example',
      },
      {
        stream: 1,
        proto: 'tcp',
        b_port: 8443,
        packets: 14,
        state: 'CLOSED',
        app: 'tls',
        server_name: 'secure.example',
      },
      {
        stream: 2,
        proto: 'tcp',
        a_addr: '::1',
        b_port: 9,
        packets: 2,
        a_bytes: 0,
        b_bytes: 0,
        state: 'RESET',
        app: null,
      },
      { stream: 0, proto: 'udp', b_port: 53, a_packets: 1, b_packets: 1, state: null, app: 'dns', handshake_ms: null },
      { stream: 1, proto: 'udp', b_port: 53 },
      { stream: 2, proto: 'udp', a_addr: '::1', a_port: 40_007, b_port: 7777, a_bytes: 11, b_bytes: 11 },
    ]);
    expect(recordsOf(out)[0]).toMatchObject({
      first: '2026-11-21T07:48:42.270412221Z',
      last: '2026-11-21T07:48:42.291590725Z',
      duration_s: 0.021178504,
      handshake_ms: 0.039098,
      syn_synack_ms: 0.02034,
      synack_ack_ms: 0.018758,
      gaps: 0,
      truncated: false,
    });
  });

  test('is what there is without more, in every format', async () => {
    for (const format of ['ndjson', 'json', 'tsv', 'csv', 'table']) {
      const { out } = await follow('-o', format);
      expect(out).toBe((await follow('--list', '-o', format)).out);
      expect(out.match(/secure\.example/g)).toHaveLength(1);
    }
  });

  test.each([
    [['-f', 'app == dns'], '0\n1\n'],
    [['-f', 'server_name'], '0\n1\n'],
    [['--udp', '-f', 'a_bytes > 11'], '0\n1\n'],
    [['--tcp', '--sort', 'packets:desc', '--limit', '2'], '1\n0\n'],
    [['-f', 'port 9'], '2\n'],
    [['-f', '127.0.0.0/8 and not dns'], '0\n1\n'],
  ])('%j', async (argv, expected) => {
    expect((await follow('--list', '--fields', 'stream', '--no-header', ...argv)).out).toBe(expected);
  });

  test.each([
    ['count(state == CLOSED) == 2', ['--tcp'], 0],
    ['count(state == CLOSED) == 2', ['--udp'], 3], // they have no state
    ['all(gaps == 0)', [], 0],
    ['any(b_bytes > 10000)', [], 1],
  ])('--expect %s of %j: %i', async (expectation, argv, status) => {
    expect((await follow('--list', '--expect', expectation, '-q', ...argv)).status).toBe(status);
  });
});

describe('one stream', () => {
  test('as text, a line of each side behind its arrow', async () => {
    const { out, said, status } = await follow('--stream', '0');
    const lines = SAID.flatMap(([side, text]) =>
      text
        .split(/\r?\n/)
        .slice(0, -1)
        .map((line) => `${side === 'a' ? '→' : '←'} ${line}`),
    );
    expect([status, out]).toEqual([0, `${lines.join('\n')}\n`]);
    expect(said).toEqual([
      'TCP stream 0: A 127.0.0.1:33638 ↔ B 127.0.0.1:8080',
      '12 packets, 4 segments │ A→B 134 B │ B→A 298 B │ handshake 0.039 ms',
    ]);
    expect((await follow('--stream', '0', '-q')).said).toEqual([]);
  });

  test.each([
    ['both', SAID.map(([, text]) => text).join('')],
    ['a', sideOf('a')],
    ['b', sideOf('b')],
  ])('raw, of %s', async (dir, expected) => {
    expect((await follow('--stream', '0', '--as', 'raw', '--dir', dir)).out).toBe(expected);
  });

  test('as hex, by places in each direction', async () => {
    const { out } = await follow('--stream', '2', '--udp', '--as', 'hex');
    expect(out.split('\n')).toEqual([
      '→ 0000  6f 6e 65                                          one',
      '← 0000  6f 6e 65                                          one',
      '→ 0003  74 77 6f                                          two',
      '← 0003  74 77 6f                                          two',
      '→ 0006  74 68 72 65 65                                    three',
      '← 0006  74 68 72 65 65                                    three',
      '',
    ]);
  });

  test.each([[['--as', 'ndjson']], [['--json']], [['-o', 'ndjson']]])('as records: %j', async (argv) => {
    const [stream, ...segments] = recordsOf<Segment>((await follow('--stream', '0', ...argv)).out);
    expect(stream).toMatchObject({ type: 'stream', stream: 0, proto: 'tcp' });
    expect(segments.map(({ dir, data }) => [dir, Buffer.from(data, 'base64').toString()])).toEqual(SAID);
    expect(segments.map(({ packet, offset, length }) => [packet, offset, length])).toEqual([
      [8, 0, 66],
      [10, 0, 147],
      [12, 66, 68],
      [13, 147, 151],
    ]);
    expect(segments[0]!.time).toBe('2026-11-21T07:48:42.272025999Z');
  });

  test.each([
    [['-f', 'server_name == "web.example"'], 'TCP stream 0: '],
    [['-f', 'b_port == 7777'], 'UDP stream 2: A [::1]:40007 ↔ B [::1]:7777'],
    [['-f', 'dns', '--stream', '1', '--udp'], 'UDP stream 1: '],
  ])('picked by %j', async (argv, title) => {
    const { status, said } = await follow(...argv);
    expect([status, said[0]!.startsWith(title)]).toEqual([0, true]);
  });

  test('that said nothing', async () => {
    const { status, out, said } = await follow('--stream', '2');
    expect([status, out, said[1]]).toEqual([0, '', expect.stringMatching(/^2 packets, 0 segments/)]);
  });

  test('whose bytes are no text leaves the terminal alone', async () => {
    const evil = [...Buffer.from('\x1b]0;owned\x07\x9b2J\u202e\0\t\r\n\xff', 'utf8'), 0xff, 0xc3];
    const file = saved('evil.pcap', [udpFrame({ srcPort: 4000, dstPort: 9999 }, evil)]);
    for (const as of ['text', 'hex']) {
      for (const color of ['always', 'never']) {
        const argv = ['follow', '-r', file, '--stream', '0', '--udp', '--as', as, '--color', color];
        const { out } = await runInProcess(argv, { terminal: { columns: 80, rows: 24 } });
        expect(out).toContain('owned');
        expect(out.replace(/\x1b\[3?\d*m/g, '')).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
      }
    }
  });
});

describe('--all', () => {
  test('each stream before the first of its segments, as NDJSON', async () => {
    const records = recordsOf<Segment>((await follow('--all')).out);
    expect(records.filter(({ type }) => type === 'stream').map(({ stream }) => stream)).toEqual([0, 1, 2]);
    const seen = new Set<number>();
    for (const { type, stream } of records) {
      if (type === 'stream') seen.add(stream);
      else expect(seen).toContain(stream);
    }
    const said = records.filter(({ type, stream }) => type === 'segment' && stream === 0);
    expect(said.map(({ dir, data }) => [dir, Buffer.from(data, 'base64').toString()])).toEqual(SAID);
  });

  test('of UDP, of one side, in other formats', async () => {
    const udp = recordsOf<Segment>((await follow('--all', '--udp', '--dir', 'b', '-f', 'port 7777')).out);
    expect(udp.map(({ type, data }) => [type, Buffer.from(data ?? '', 'base64').toString()])).toEqual([
      ['stream', ''],
      ['segment', 'one'],
      ['segment', 'two'],
      ['segment', 'three'],
    ]);
    expect(JSON.parse((await follow('--all', '-o', 'json')).out)).toEqual(recordsOf((await follow('--all')).out));
  });

  test('of records that are what their schemas say', async () => {
    for (const record of recordsOf((await follow('--all', '--tcp', '--udp')).out)) expectRecord(record);
  });

  test('adds up to what the list says', async () => {
    const records = recordsOf<Segment & { a_bytes: number; b_bytes: number }>((await follow('--all')).out);
    for (const { stream, a_bytes, b_bytes } of records.filter(({ type }) => type === 'stream')) {
      const sum = (side: string) =>
        records.reduce(
          (all, one) => all + (one.type === 'segment' && one.stream === stream && one.dir === side ? one.length : 0),
          0,
        );
      expect([sum('a'), sum('b')]).toEqual([a_bytes, b_bytes]);
    }
  });

  test.skipIf(toolIsMissing('tshark'))('every byte is where tshark has it', async () => {
    const records = recordsOf<Segment>((await follow('--all')).out);
    for (const stream of [0, 1]) {
      const { stdout } = runTool('tshark', ['-n', '-q', '-r', LOOPBACK, '-z', `follow,tcp,raw,${stream}`]);
      const lines = stdout.split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line));
      const ours = records
        .filter(({ type, stream: one }) => type === 'segment' && one === stream)
        .map(({ dir, data }) => (dir === 'b' ? '\t' : '') + Buffer.from(data, 'base64').toString('hex'));
      expect(ours).toEqual(lines);
    }
  });
});

describe('--write', () => {
  const write = (name: string, ...argv: readonly string[]): Promise<Ran> =>
    follow('--stream', '0', '-w', at(name), ...argv);
  const read = (name: string): string => fs.readFileSync(at(name), 'latin1');

  test('the bytes as they were sent, for the owner alone', async () => {
    const { status, out, said } = await write('both');
    expect([status, out, said.at(-1)]).toEqual([0, '', `wrote 432 bytes to ${at('both')}`]);
    expect([read('both'), fs.statSync(at('both')).mode & 0o777]).toEqual([
      SAID.map(([, text]) => text).join(''),
      0o600,
    ]);
    await write('b', '--dir', 'b', '-q');
    expect(read('b')).toBe(sideOf('b'));
  });

  test('or as they are printed', async () => {
    for (const as of ['text', 'hex']) {
      await write(as, '--as', as, '-q');
      expect(fs.readFileSync(at(as), 'utf8')).toBe((await follow('--stream', '0', '--as', as)).out);
    }
    expect((await follow('--stream', '0', '-w', '-', '--dir', 'a')).out).toBe(sideOf('a'));
  });

  test('a file that exists stays unless --force replaces it', async () => {
    fs.writeFileSync(at('old'), 'precious');
    expect(await write('old')).toMatchObject({
      status: 73,
      said: [`${at('old')} exists already`, '--force replaces it'],
    });
    expect(read('old')).toBe('precious');
    await write('old', '--force', '--dir', 'a');
    expect(read('old')).toBe(sideOf('a'));
  });

  test.each<[readonly string[], number]>([
    [['--stream', '9'], 66],
    [['--stream', '0', '--json'], 64],
    [['--all'], 64],
    [['--list'], 64],
    [['-f', 'dns'], 64],
    [['--stream', '0', '-i', 'eth0'], 66],
  ])('%j leaves no file', async (argv, status) => {
    const ran = await follow(...argv, '-w', at('none'));
    expect([ran.status, ran.out, fs.existsSync(at('none'))]).toEqual([status, '', false]);
  });
});

describe('what cannot be done is said', () => {
  test.each<[readonly string[], number, RegExp]>([
    [['--stream', '9'], 66, /^no TCP stream 9\nTCP streams are 0 to 2$/m],
    [['--stream', '9', '--json'], 66, /^no TCP stream 9\nTCP streams are 0 to 2$/m],
    [['--stream', '9', '--udp'], 66, /^no UDP stream 9\nUDP streams are 0 to 2$/m],
    [['-f', 'dns'], 64, /2 streams pass the filter, but only one can be printed/],
    [['-f', 'b_port == 1'], 66, /no stream passes the filter/],
    [['-f', 'proto == sctp'], 64, /no such value: "sctp"/],
    [['--list', '--stream', '1'], 64, /--list cannot be used with --all or --stream/],
    [['--all', '--stream', '1'], 64, /--all cannot be used with --stream/],
    [['--all', '--as', 'text'], 64, /--as text/],
    [['--stream', '0', '--as', 'hex', '--json'], 64, /--as hex/],
    [['--stream', '0', '--tcp', '--udp'], 64, /--tcp or --udp/],
    [['--stream', '0', '--sort', 'packet'], 64, /in its own order/],
    [['--stream', '-1'], 64, /--stream/],
    [['--stream', '0', '--dir', 'c'], 64, /--dir/],
  ])('%j: %i', async (argv, status, message) => {
    const ran = await follow(...argv);
    expect([ran.status, ran.out]).toEqual([status, '']);
    expect(ran.said.join('\n')).toMatch(message);
  });
});

describe('a hole', () => {
  const ends = { srcPort: 4000, dstPort: 9999 };
  const back = { from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 9999, dstPort: 4000 };
  const file = saved('hole.pcap', [
    tcpFrame({ ...ends, flags: 2, seq: 99 }),
    tcpFrame({ ...back, flags: 0x12, seq: 499, ack: 100 }),
    tcpFrame({ ...ends, flags: 0x10, seq: 100, ack: 500 }, [...Buffer.from('one\n')]),
    tcpFrame({ ...ends, flags: 0x10, seq: 110, ack: 500 }, [...Buffer.from('three\n')]),
    tcpFrame({ ...back, flags: 0x10, seq: 500, ack: 116 }, [...Buffer.from('ok\n')]),
    tcpFrame({ ...back, flags: 0x10, seq: 600, ack: 116 }, [...Buffer.from('never heard of\n')]),
  ]);

  test('is shown where it is, and counted', async () => {
    const { out, said } = await netwatch('follow', '-r', file, '--stream', '0');
    expect(out).toBe('→ one\n→ [6 bytes missing in the capture]\n→ three\n← ok\n');
    expect(said[1]).toMatch(/6 bytes missing in 1 gap │ 15 bytes behind a gap left out$/);
    expect(recordsOf((await netwatch('follow', '-r', file, '--list', '--json')).out)).toMatchObject([
      { a_bytes: 10, b_bytes: 3, gaps: 1, missing_bytes: 6, truncated: true },
    ]);
    const hex = (await netwatch('follow', '-r', file, '--stream', '0', '--as', 'hex')).out;
    expect(hex).toContain('→ [6 bytes missing in the capture]\n→ 000a  74 68 72 65 65 0a');
  });

  test('past the bytes that may wait is passed over', async () => {
    const { out } = await netwatch('follow', '-r', file, '--stream', '0', '--max-bytes', '10');
    expect(out).toContain('← [97 bytes missing in the capture]\n← never heard of\n');
  });
});
