import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { Blocks, COMMENT, join, text } from '../support/captures.ts';
import { udpFrame } from '../support/frames.ts';
import { ascii, ethernet, type Octets, octets, u16 } from '../support/headers.ts';
import { runInProcess } from '../support/in-process.ts';
import { BIN } from '../support/program.ts';
import { TcpConversation } from '../support/tcp-conversation.ts';
import { alpn, clientHello, handshake, record, serverName } from '../support/tls.ts';
import { runTool, toolIsMissing } from '../support/tool.ts';
import { promised } from './promise.ts';

/** Sets the clipboard, makes a link, clears the screen, asks for the title, C1, turns the text round, hides some of it, halves a letter. */
const PAYLOADS = [
  ...[
    '\x1b]52;c;QUFBQQ==\x07',
    '\x1b]8;;http://a.example\x1b\\b\x1b]8;;\x1b\\',
    '\x1b[2J\x1b[3J',
    '\x1b[21t',
    '\x1bP$q\x1b\\',
    '\x1b]0;a\x07',
  ],
  ...['\x9b2J', '\x90', '\x9d0;a\x9c', '\x7f', '\b\b\b', '\x0e', '\r\x1b[Ka', '\v\f', '\x1b[5;41m', '\x00'],
  ...['\u202egpj.exe', '\u2066a\u2069', '\u200f', '\u200b', '\ufeff', '\u2028', '\ud800'],
];
const ALL = PAYLOADS.join('x');
const BYTES = ascii(ALL.replace(/[^\0-\xff]/g, ''));
const UTF8: Octets = [...Buffer.from(ALL, 'utf8')];

/** What acts on a terminal, or shows as something else; line feeds and the tabs of TSV are ours. */
const UNSAFE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/u;
/** Colours that tables use: a letter's, never a background, never blinking. */
const OURS = /\x1b\[(?:0|1|2|22|3[0-9]|39|9[0-7]|38;5;\d+)m/g;

/** The payloads where each protocol that is shown has a text. */
function hostileFrames(): readonly Uint8Array[] {
  const label = (bytes: Octets): number[] => [Math.min(63, bytes.length), ...bytes.slice(0, 63)];
  const name = [...label(UTF8.slice(0, 60)), ...label(BYTES.slice(0, 63)), 0];
  const http = new TcpConversation(80, 40_001);
  http.client([
    ...ascii('GET /'),
    ...UTF8.filter((byte) => ![10, 13, 32].includes(byte)),
    ...ascii(' HTTP/1.1\r\nHost: '),
    ...UTF8.filter((byte) => ![10, 13].includes(byte)),
    ...ascii('\r\nUser-Agent: '),
    ...BYTES.filter((byte) => ![10, 13].includes(byte)),
    ...ascii('\r\n\r\n'),
  ]);
  http.server([
    ...ascii('HTTP/1.1 200 '),
    ...BYTES.filter((byte) => ![10, 13].includes(byte)),
    ...ascii('\r\nContent-Length: 0\r\n\r\n'),
  ]);
  const tls = new TcpConversation(443, 40_002);
  tls.client(
    record(
      22,
      handshake(
        1,
        clientHello({
          extensions: [serverName(String.fromCharCode(...BYTES)), alpn(String.fromCharCode(...BYTES.slice(0, 200)))],
        }),
      ),
    ),
  );
  const lines = [21, 22, 25, 110, 143, 1883, 3306, 5060, 5432, 554, 6379, 389, 1080, 9999].map((port, index) => {
    const talk = new TcpConversation(port, 41_000 + index);
    talk.client([...BYTES, 13, 10]);
    talk.server([...ascii('220 '), ...UTF8, 13, 10]);
    return talk;
  });
  const answer = [
    ...octets('0007 8180 0001 0002 0000 0000'),
    ...name,
    ...u16(16),
    ...u16(1),
    ...octets('c00c 0010 0001 00000001'),
    ...u16(1 + Math.min(255, UTF8.length)),
    Math.min(255, UTF8.length),
    ...UTF8.slice(0, 255),
    ...octets('c00c 0005 0001 00000001'),
    ...u16(name.length),
    ...name,
  ];
  const tlv = (type: number, value: Octets): number[] => [...u16((type << 9) | value.length), ...value];
  const lldp = [
    ...tlv(1, [7, ...BYTES.slice(0, 50)]),
    ...tlv(2, [5, ...BYTES.slice(0, 50)]),
    ...tlv(3, [0, 120]),
    ...tlv(5, UTF8.slice(0, 250)),
    ...tlv(6, BYTES),
    0,
    0,
  ];
  const dhcp = [
    ...octets(`01010600${'00'.repeat(232)}63825363 350101`),
    12,
    BYTES.length,
    ...BYTES,
    60,
    BYTES.length,
    ...BYTES,
    255,
  ];
  const datagrams: readonly (readonly [number, Octets])[] = [
    [53, answer],
    [5353, answer],
    [5355, answer],
    [67, dhcp],
    [69, [0, 1, ...BYTES.filter(Boolean), 0, ...BYTES]],
    [514, [...ascii('<34>'), ...BYTES]],
    [1900, [...ascii('NOTIFY * HTTP/1.1\r\nSERVER: '), ...BYTES, 13, 10, 13, 10]],
    [5060, [...ascii('INVITE sip:'), ...BYTES, ...ascii(' SIP/2.0\r\n\r\n')]],
    [9999, BYTES],
  ];
  return [
    ...[http, tls, ...lines].flatMap(({ frames }) => frames),
    ...datagrams.map(([port, payload]) => udpFrame({ srcPort: port, dstPort: port }, payload)),
    Uint8Array.from(ethernet(0x88cc, lldp)),
  ];
}

const READINGS = [
  ['stats', '--by', 'summary,protocols,conversations,dns,http,tls,expert'],
  ['capture'],
  ['conns'],
  ['follow', '--list'],
  ['export', 'packets'],
];
const FORMATS = ['table', 'ndjson', 'json', 'tsv', 'csv'];

promised(
  {
    id: 'S1',
    says: 'No byte from outside acts on a terminal: netwatch writes control characters (C0, DEL, C1), marks that turn or hide text, and unpaired surrogates as escapes, in every command and format and also in errors. JSON is safe to cat.',
    tested:
      'Sequences that set the clipboard, make links, clear the screen or reverse text, in every text that a peer, a file or a user chooses, through all commands in all formats on a terminal.',
    notPromised:
      'Bytes that the user asked for as bytes (-w -, --as raw) are written to a pipe or a file as they are; netwatch refuses to write them to a terminal. Letters that look like other letters are shown.',
    skipped: null,
    timeoutMs: 180_000,
  },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-s1-'));
    let runs = 0;
    let characters = 0;
    const check = (what: readonly string[], shown: string): void => {
      const [found] = UNSAFE.exec(shown.replace(OURS, '')) ?? [];
      if (found !== undefined)
        expect.fail(`${what.join(' ')} prints ${JSON.stringify(found)} in ${JSON.stringify(shown.slice(0, 300))}`);
      runs++;
      characters += shown.length;
    };
    const run = async (argv: readonly string[]): Promise<void> => {
      const { out } = await runInProcess(argv, { terminal: { columns: 200, rows: 50 } });
      check(argv, out);
    };
    try {
      const file = path.join(folder, `${PAYLOADS[0]!.replaceAll('/', '')}\u202e.pcapng`);
      const ng = new Blocks(true);
      const hostile = { value: text(ALL) };
      const packets = hostileFrames().map((bytes) => ng.packet(bytes, { options: [{ code: COMMENT, ...hostile }] }));
      fs.writeFileSync(file, join(ng.section(), ng.iface({ options: [{ code: 2, ...hostile }] }), ...packets));
      for (const reading of READINGS)
        for (const format of FORMATS)
          await run([...reading, '-r', file, '-o', format, '--fields', 'all', '--color', 'always']);
      for (const reading of [
        ['capture', '-V', '-x'],
        ['follow', '--all', '--json'],
        ['follow', '--stream', '0'],
        ['follow', '--stream', '1', '--as', 'hex'],
        ['stats', '-i', ALL],
        ['capture', '-f', ALL],
      ])
        await run([...reading, '-r', file, '--color', 'always']);

      const host = path.join(folder, 'host');
      fs.cpSync(path.join(import.meta.dirname, '../hosts/linux'), host, { recursive: true, verbatimSymlinks: true });
      for (const name of fs.readdirSync(path.join(host, 'proc'))) {
        if (/^\d+$/.test(name))
          for (const one of ['cmdline', 'comm']) fs.writeFileSync(path.join(host, 'proc', name, one), ALL);
      }
      for (const format of FORMATS)
        for (const command of ['conns', 'ifaces'])
          await run([command, '--root', host, '-o', format, '--fields', 'all', '--color', 'always']);

      const terminals = toolIsMissing('script') ? 0 : onTerminal(file, check);
      return `0 unsafe characters in ${runs} runs (${terminals} of them under script), ${characters.toLocaleString('en')} characters`;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
);

/** The built program on a terminal of its own, whose line ends are CR LF; how often. What is said of errors goes there too. */
function onTerminal(file: string, check: (what: readonly string[], shown: string) => void): number {
  const folder = path.dirname(file);
  const words = ALL.replaceAll('\0', '').replaceAll('\ud800', '');
  const settings = [{ [words]: 1 }, { output: words }, words].map((value, index) => {
    const config = path.join(folder, `config ${index}`);
    fs.writeFileSync(config, JSON.stringify(value));
    return config;
  });
  const shown: readonly (readonly [argv: readonly string[], status: number | null])[] = [
    [['capture', '-r', file], 0],
    [['follow', '-r', file, '--stream', '0'], 0],
    [['stats', '-r', file, '--by', 'http,dns'], 0],
    ...[
      ['follow', '-r', file, '--stream', '0', '--as', 'raw'],
      ['capture', '-r', file, '-w', '-'],
      ['export', 'packets', '-r', file, '-w', '-'],
    ].map((argv) => [argv, 64] as const),
    ...[
      [words],
      ['conns', words],
      ['conns', `--${words}`],
      ['conns', '-f', words],
      ['conns', '--sort', words],
      ['conns', '--fields', words],
      ['stats', '--by', words],
      ['probe', '--', words],
      ['probe', `tcp://${words}:1`],
      ['fields', words],
      ['completion', words],
    ].map((argv) => [argv, 64] as const),
    ...[
      ['conns', '-i', words],
      ['conns', '--user', words],
      ['capture', '-r', words],
      ['stats', '-r', file, '-i', words],
    ].map((argv) => [argv, 66] as const),
    ...settings.map((config) => [['conns', '--config', config], 78] as const),
    [['conns', '-r', settings[2]!], 65],
    [['conns', words, '--help'], null],
  ];
  for (const [argv, expected] of shown) {
    const line = [process.execPath, BIN, ...argv].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const { stdout, status } = runTool('script', ['-qec', line, '/dev/null'], {
      NETWATCH_CONFIG: 'none',
      TERM: 'xterm-256color',
    });
    if (expected !== null) expect([argv, status, stdout]).toEqual([argv, expected, expect.stringMatching(/./)]);
    check(argv, stdout.replaceAll('\r\n', '\n'));
  }
  return shown.length;
}
