import { expect, test } from 'vitest';
import { widthOf } from '../../../src/core/output/text-width.ts';
import { themeNamed } from '../../../src/core/screen/theme.ts';
import { pcap } from '../../support/captures.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { openPacketScreen, type PacketScreen } from '../../support/packet-screen.ts';

const LOOPBACK = 'test/captures/loopback.pcap';
const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
  [40, 10],
  [300, 100],
] as const;

const NOWHERE = { country: null, city: null, asn: null, org: null, prefix: null, source: null };
const placeOf = (address: string) =>
  address === '198.51.100.9'
    ? { ...NOWHERE, country: 'DE', city: 'Berlin\u202e', asn: 64_500, org: 'Example' }
    : NOWHERE;

/** What a terminal would obey. */
const OBEYED = /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** Every line is as wide as the terminal, and holds nothing but colours that a terminal obeys. */
function expectWhole(screen: PacketScreen): void {
  const { width, height } = screen.model;
  const lines = screen.lines();
  expect(lines).toHaveLength(height);
  for (const line of lines) {
    expect([line, widthOf(line)]).toEqual([line, width]);
    expect(line).not.toMatch(OBEYED);
  }
}

test.each(SIZES)('every line of every panel is whole at %i×%i', async (width, height) => {
  const screen = await openPacketScreen(LOOPBACK, { width, height });
  expectWhole(screen);
  for (const key of ['home', 'down', 'm', 'tab', 'right', 'down', 'tab', 'down', 'tab', 'end', 'up', 'S', 'h', '?']) {
    screen.press(key);
    expectWhole(screen);
  }
});

test('a low terminal shows the list, the layers and the bytes of the selected one', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('home', 'down', 'down', 'down', 'down', 'down', 'down', 'down');
  expect(
    screen
      .lines()
      .slice(1, -1)
      .map((line) => line.trimEnd()),
  ).toMatchInlineSnapshot(`
    [
      " Packets 38",
      "   NO  TIME SOURCE      DESTINATION PROTO LEN STRM INFO",
      "    1 0.000 127.0.0.1   127.0.0.1   DNS    72 #0   Standard query 0x0ac2 A real…",
      "    2 0.001 127.0.0.1   127.0.0.1   DNS    88 #0   Standard query response 0x0a…",
      "    3 0.001 127.0.0.1   127.0.0.1   DNS    75 #1   Standard query 0x55d6 A miss…",
      " ●  4 0.001 127.0.0.1   127.0.0.1   DNS    75 #1   Standard query response 0x55…",
      "    5 0.021 127.0.0.1   127.0.0.1   TCP    74 #0   33638 → 8080 [SYN] Seq=0 Win…",
      "    6 0.021 127.0.0.1   127.0.0.1   TCP    74 #0   8080 → 33638 [SYN, ACK] Seq=…",
      "    7 0.021 127.0.0.1   127.0.0.1   TCP    66 #0   33638 → 8080 [ACK] Seq=1 Ack…",
      "    8 0.023 127.0.0.1   127.0.0.1   HTTP  132 #0   GET /hello HTTP/1.1",
      "─ Layers 8  handshake 0.039 ms (SYN→SYN-ACK 0.02 ms, SYN-ACK→ACK 0.019 ms) ─────",
      "▸ Frame 8: 132 bytes on the wire, 132 captured",
      "▸ Ethernet II (eth)",
      "▸ Internet Protocol Version 4 (ip)",
      "▸ Transmission Control Protocol (tcp)",
      "▸ Hypertext Transfer Protocol (http)",
      "─ Bytes ────────────────────────────────────────────────────────────────────────",
      " 0040  04 4b 47 45 54 20 2f 68 65 6c 6c 6f 20 48 54 54   .KGET /hello HTT",
      " 0050  50 2f 31 2e 31 0d 0a 68 6f 73 74 3a 20 77 65 62   P/1.1..host: web",
      " 0060  2e 65 78 61 6d 70 6c 65 0d 0a 43 6f 6e 6e 65 63   .example..Connec",
      " 0070  74 69 6f 6e 3a 20 6b 65 65 70 2d 61 6c 69 76 65   tion: keep-alive",
      " / filter  S stream  w export  b capture filter  m bookmark  n N next ★  W  x",
    ]
  `);
});

test('a wide one shows whole addresses and microseconds', async () => {
  const screen = await openPacketScreen(LOOPBACK, { width: 120, height: 40 });
  const line = screen.lines().find((one) => one.includes('RST, ACK'))!;
  expect(line.trimEnd()).toMatchInlineSnapshot(
    `" ● 32 0.105442 ::1         ::1         TCP    74 #2     9 → 49330 [RST, ACK] Seq=1 Ack=1 Win=0 Len=0"`,
  );
});

test('severities and the colouring rules', async () => {
  const screen = await openPacketScreen(LOOPBACK, { width: 200, height: 100 });
  screen.take((model) => ({ ...model, settings: { ...model.settings, theme: themeNamed('terminal', true) } }));
  screen.press('home');
  const lineOf = (info: string): string => screen.painted().find((line) => line.includes(info))!;
  // a name that does not exist is red, an HTTP error yellow, the end of a connection cyan
  expect(lineOf('NXDOMAIN')).toMatch(/^\x1b\[1;33m \x1b\[0m\x1b\[31m●\x1b\[0m\x1b\[31m/);
  expect(lineOf('HTTP/1.1 404')).toMatch(/^\x1b\[1;33m \x1b\[0m\x1b\[33m▲\x1b\[0m\x1b\[33m/);
  expect(lineOf('33638 → 8080 [FIN, ACK]')).toMatch(/^\x1b\[1;33m \x1b\[0m\x1b\[2m \x1b\[0m\x1b\[36m/);
  expect(lineOf('49330 [RST, ACK]')).toMatch(/^\x1b\[1;33m \x1b\[0m\x1b\[31m●\x1b\[0m\x1b\[31m/);
  expect(lineOf('HTTP/1.1 200 OK')).toMatch(/^\x1b\[1;33m \x1b\[0m +\d/);
});

test('the bytes of the selected layer are marked', async () => {
  const screen = await openPacketScreen(LOOPBACK, { width: 80, height: 40 });
  screen.take((model) => ({ ...model, settings: { ...model.settings, theme: themeNamed('terminal', true) } }));
  screen.press('home', 'tab', 'home', 'down');
  const bytes = screen.lines().findIndex((line) => line.startsWith('─ Bytes'));
  // Ethernet: 14 of the first 16 bytes, in hexadecimal and as ASCII
  const [first, second] = screen.painted().slice(bytes + 1);
  const marked = [...first!.matchAll(/\x1b\[7m([^\x1b]*)/g)].map((match) => match[1]!);
  expect(marked.map((text) => text.length)).toEqual([14 * 3 - 1, 14]);
  expect(second).not.toContain('\x1b[7m');
});

const HOSTILE = [
  '\x1b]52;c;AAAA\x07',
  '\x1b[2J',
  '\u202egpj.exe',
  '\x9b31m',
  'a\nb\rc\td',
  '漢字漢字漢字',
  '\u0000',
  'é'.repeat(300),
];

test.each(SIZES)('hostile names and payloads stay in their cells at %i×%i', async (width, height) => {
  const text = new TextEncoder();
  const frames = HOSTILE.flatMap((value) => {
    const label = text.encode(value).subarray(0, 63);
    const query = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, label.length, ...label, 0, 0, 1, 0, 1];
    const request = text.encode(`GET /${value} HTTP/1.1\r\nHost: ${value}\r\n\r\n${value}`);
    return [
      udpFrame({ srcPort: 4000, dstPort: 53 }, query),
      tcpFrame({ srcPort: 5000, dstPort: 80, flags: 0x18, seq: 1 }, [...request]),
    ];
  });
  const screen = await openPacketScreen(pcap(frames.map((bytes) => ({ bytes }))), { width, height });
  screen.press('home');
  for (let index = 0; index < frames.length; index++) {
    expectWhole(screen);
    screen.press('S', 'h');
    expectWhole(screen);
    screen.press('t', 'end');
    expectWhole(screen);
    screen.press('escape', 'tab', 'space', 'end');
    expectWhole(screen);
    screen.press('escape', 'down');
  }
});

test('where no packets are captured, it says why, and what grants them', async () => {
  const screen = await openPacketScreen(null);
  expect(screen.lines()[3]!.trim()).toBe('no packets are captured');
  const limit = { what: 'packets', why: 'capturing needs CAP_NET_RAW', remedy: 'sudo netwatch watch' };
  screen.take((model) => ({ ...model, machine: { ...model.machine, limits: [limit] } }));
  expect(screen.lines()[3]!.trim()).toBe('no packets: capturing needs CAP_NET_RAW; to see them: sudo netwatch watch');
  for (const key of ['/', 'S', 'w', 'b', 'm', 'n', 'W', 'x', 'y']) {
    screen.take((model) => ({ ...model, notice: null }));
    screen.press(key);
    expect(screen.model.notice?.text).toContain('CAP_NET_RAW');
  }
  expect(screen.asked).toEqual([]);
  expectWhole(screen);
});

test('places of the addresses of a packet stand in brackets below its layers, and mark no bytes', async () => {
  const frame = udpFrame({ from: [198, 51, 100, 9], to: [10, 0, 0, 2], srcPort: 4000, dstPort: 9 }, [1, 2, 3]);
  const screen = await openPacketScreen(pcap([{ bytes: frame }]), { width: 120, height: 40, placeOf });
  const tree = (): readonly string[] =>
    screen.lines().flatMap((line) => (/^[▸ ] (Frame|User|\[)/.test(line) ? [line.trim()] : []));
  const layers = ['▸ Frame 1: 45 bytes on the wire, 45 captured', '▸ User Datagram Protocol (udp)'];
  expect(tree()).toEqual(layers);
  screen.press('g');
  expect(tree()).toEqual([...layers, '[source 198.51.100.9: Berlin\\u202e, DE, AS64500 Example]']);
  screen.press('tab', 'end');
  expectWhole(screen);
  screen.take((model) => ({
    ...model,
    settings: { ...model.settings, theme: themeNamed('terminal', true) },
  }));
  const bytes = screen.painted().findIndex((line) => line.includes(' 0000 '));
  expect(screen.painted()[bytes]).not.toContain('\x1b[7m');
  screen.press('up');
  expect(screen.painted().slice(bytes).join()).toContain('\x1b[7m');
});

test('? tells what filters look like, and what colours and marks of packets mean', async () => {
  const screen = await openPacketScreen(LOOPBACK, { width: 120, height: 60 });
  screen.press('?');
  const help = screen.lines().map((line) => line.trim().replaceAll(/ {3,}/g, ' | '));
  expect(help).toContain('– none | ? not known | ● error | ▲ warning | · note | ★ bookmark');
  expect(help).toContain(
    'reset, name does not exist | window closed, unreachable, HTTP 4xx and 5xx | end of a connection',
  );
  expect(help).toContain('stream 7 | a stream');
  screen.press('escape', '2', '?');
  const others = screen.lines().join('\n');
  expect(others).toContain('★ new address');
  expect(others).toContain('rtt_ms > 100   state == LISTEN');
  expect(others).not.toContain('stream 7');
});

test('a count that is still being made says so, beside the title and where the filter is typed', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('/', '"dns"');
  expect(screen.lines().at(-2)).toMatch(/ 4 of 38 $/);
  screen.take((model) => {
    const look = new Proxy(model.packets.look!, {
      get: (of, name) => (name === 'isCounted' ? false : Reflect.get(of, name, of)),
    });
    return { ...model, packets: { ...model.packets, look } };
  });
  expect(screen.lines().at(-2)).toMatch(/ 4… of 38 $/);
  expect(screen.lines()[1]).toMatch(/^ Packets 4… of 38 /);
});

const framesAt = (seconds: readonly number[], from = [198, 51, 100, 9]) =>
  pcap(seconds.map((second) => ({ bytes: udpFrame({ from, srcPort: 4000, dstPort: 9 }, [1]), seconds: second })));
const rowsOf = (screen: PacketScreen): readonly string[] =>
  screen
    .lines()
    .slice(2, 5)
    .map((line) => line.trimEnd());

test('columns are as wide as what they show, and what the packet says has the rest', async () => {
  const screen = await openPacketScreen(framesAt([0, 1]));
  expect(rowsOf(screen)).toMatchInlineSnapshot(`
    [
      "  NO  TIME SOURCE          DESTINATION PROTO LEN STRM INFO",
      "   1 0.000 198.51.100.9    10.0.0.2    UDP    43 #0   4000 → 9 Len=1",
      "   2 1.000 198.51.100.9    10.0.0.2    UDP    43 #0   4000 → 9 Len=1",
    ]
  `);
  expectWhole(screen);
});

test.each([80, 120])('packets that are years apart have a date at %i columns', async (width) => {
  const screen = await openPacketScreen(framesAt([0, 1_424_498_400]), { width });
  expect(rowsOf(screen)[2]).toMatch(width === 80 ? / 2 2015-02-21 06:00 / : / 2 2015-02-21 06:00:00 /);
  expect(rowsOf(screen)[1]).toContain(' 1970-01-01 00:00');
  expectWhole(screen);
});

test('H shows names of addresses that are known, and g countries behind them', async () => {
  const hostOf = (address: string): string | null => (address === '198.51.100.9' ? 'a-long-name.example.net' : null);
  const screen = await openPacketScreen(framesAt([0]), { placeOf, hostOf });
  screen.press('g');
  expect(rowsOf(screen)[1]).toContain(' 198.51.100.9 DE 10.0.0.2 ');
  screen.press('g', 'H');
  expect(rowsOf(screen)[1]).toContain(' a-long-name.ex… 10.0.0.2 ');
  screen.press('g');
  expect(rowsOf(screen)[1]).toContain(' a-long-name.ex… DE 10.0.0.2 ');
  expectWhole(screen);
  screen.press('y');
  expect(screen.lines().join(' ')).toContain('sudo netwatch capture --resolve');
});
