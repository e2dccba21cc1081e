import { describe, expect, test } from 'vitest';
import { ber, integer, octetString, sequence } from '../../../support/ber.ts';
import { ascii, octets, u16, u32, zeros } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { clientHello, handshake, record } from '../../../support/tls.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { type TimedFrame, tsharkHierarchy } from '../../../support/tshark.ts';
import { damageFile, everyConversationDamaged, everyPrefixAndFlip, print } from '../../../support/wire.ts';

/** RFC 4253, 7.1, without any algorithm. */
const KEXINIT = [...u32(68), 5, 20, ...zeros(16 + 10 * 4 + 1 + 4 + 5)];
const NEWKEYS = [...u32(12), 10, 21, ...zeros(10)];
const MARKER = new Array<number>(16).fill(0xff);
const BGP_OPEN = [...MARKER, ...octets('001d 01 04 fde9 00b4 0a000001 00')];
const KEEPALIVE = [...MARKER, 0, 19, 4];
const BIND = sequence(integer(1), ber(0x60, integer(3), octetString(''), ber(0x80)));
const BOUND = sequence(integer(1), ber(0x61, ber(10, [0]), octetString(''), octetString('')));
/** Lengths in four bytes, as Windows writes them. */
const BIND_WIDE = octets('30 84 00000010 02 01 02 60 84 00000007 02 01 03 04 00 80 00');
const smb2 = (command: number, flags: number, body: readonly number[], next = 0): number[] => [
  ...octets('fe534d42 4000 0000 00000000'),
  ...[command, 0, 1, 0, flags, 0, 0, 0, next, 0, 0, 0],
  ...zeros(40),
  ...body,
];
const NEGOTIATE = smb2(0, 0, [...octets('2400 0100 0100 0000 00000000'), ...zeros(24), 2, 2]);
const ECHO = smb2(13, 0, octets('0400 0000 00000000'), 72);
const ENCRYPTED = [...octets('fd534d42'), ...zeros(32), 40, ...zeros(5), 1, 0, ...zeros(8), ...zeros(40).fill(9)];
const session = (message: readonly number[]): number[] => [...u32(message.length), ...message];
const NETBIOS_NAME = [32, ...ascii('FHEPFCELEHFCEPFFFACACACACACACABN'), 0];
const SMB_NEGOTIATE = [
  ...octets('ff534d42 72 00000000 18 0128'),
  ...zeros(20),
  0,
  ...octets('0c00 02'),
  ...ascii('NT LM 0.12\0'),
];
const mysql = (number: number, payload: readonly number[]): number[] => [payload.length, 0, 0, number, ...payload];
const GREETING = [
  10,
  ...ascii('8.0.0\0'),
  ...octets('01000000'),
  ...ascii('abcdefgh\0'),
  ...octets('ffff 21 0200 ffff 15'),
  ...zeros(10),
  ...ascii('ijklmnopqrst\0'),
];
const LOGIN = [...octets('00a20100 00000001 21'), ...zeros(23), ...ascii('root\0'), 0];
const pgsql = (type: string, payload: readonly number[]): number[] => [
  ...ascii(type),
  ...u32(4 + payload.length),
  ...payload,
];
const STARTUP = [...u32(16), 0, 3, 0, 0, ...ascii('user\0\0\0\0')];
const SSL_REQUEST = octets('00000008 04d2162f');
const torrent = (...payload: readonly number[]): number[] => [...u32(payload.length), ...payload];
const TORRENT_HELLO = [19, ...ascii('BitTorrent protocol'), ...zeros(48)];
const GETPORT = octets(
  '12345678 00000000 00000002 000186a0 00000002 00000003 00000000 00000000 00000000 00000000 000186a3 00000003 00000006 00000000',
);
const PORT_REPLY = octets('12345678 00000001 00000000 00000000 00000000 00000000 00000801');
const lastFragment = (message: readonly number[]): number[] => [0x80, 0, ...u16(message.length), ...message];
const KRB_ERROR = ber(
  0x7e,
  sequence(
    ber(0xa0, integer(5)),
    ber(0xa1, integer(30)),
    ber(0xa4, ber(0x18, ascii('20260101000000Z'))),
    ber(0xa5, integer(0)),
    ber(0xa6, integer(25)),
    ber(0xa9, ber(0x1b, ascii('A'))),
    ber(0xaa, sequence(ber(0xa0, integer(1)), ber(0xa1, sequence(ber(0x1b, ascii('x')))))),
  ),
);
const HELLO = record(22, handshake(1, clientHello({ ciphers: [0x1301], extensions: [] })));

/** Who sends what, the layers it has below TCP, and what the topmost protocol says. */
type Turn = readonly [sender: 'C' | 'S', payload: string | readonly number[], path: string, info?: string];

const CONVERSATIONS: Readonly<Record<string, readonly [port: number, ...turns: Turn[]]>> = {
  SSH: [
    22,
    ['C', 'SSH-2.0-a\r\n', 'ssh', 'Client: Protocol (SSH-2.0-a)'],
    ['S', 'SSH-2.0-b\r\n', 'ssh', 'Server: Protocol (SSH-2.0-b)'],
    ['C', KEXINIT, 'ssh', 'Client: Key Exchange Init'],
    ['S', KEXINIT.slice(0, 30), 'ssh'],
    ['S', KEXINIT.slice(30), 'ssh/tcp.segments'],
    ['C', NEWKEYS, 'ssh', 'Client: New Keys'],
    ['C', zeros(40).fill(7), 'ssh', 'Client: Encrypted packet (len=40)'],
  ],
  FTP: [
    21,
    ['S', '220 hello\r\n', 'ftp', 'Response: 220 hello'],
    ['C', 'USER a\r\n', 'ftp', 'Request: USER a'],
    ['S', '230-a\r\n b\r\n230 c\r\n', 'ftp', 'Response: 230-a'],
    ['C', 'LI', 'ftp', 'Request: LI'],
    ['C', 'ST\r\n', 'ftp'],
  ],
  'FTP over TLS': [21, ['C', 'AUTH TLS\r\n', 'ftp'], ['S', '234 go\r\n', 'ftp'], ['C', HELLO, 'tls', 'Client Hello']],
  SMTP: [
    25,
    ['S', '220 hello\r\n', 'smtp', 'S: 220 hello'],
    ['C', 'EHLO a\r\n', 'smtp', 'C: EHLO a'],
    ['S', '250-a\r\n250 STARTTLS\r\n', 'smtp', 'S: 250-a'],
    ['C', 'STARTTLS\r\n', 'smtp'],
    ['S', '220 go\r\n', 'smtp'],
    ['C', HELLO, 'tls'],
  ],
  'SMTP, lines in pieces': [
    25,
    ['S', '220 he', ''],
    ['S', 'llo\r\n', 'smtp/tcp.segments', 'S: 220 hello'],
    ['C', 'NOOP\r\nNO', 'smtp', 'C: NOOP'],
  ],
  POP: [
    110,
    ['S', '+OK hello\r\n', 'pop', 'S: +OK hello'],
    ['C', 'STLS\r\n', 'pop', 'C: STLS'],
    ['S', '+OK go\r\n', 'pop'],
    ['C', HELLO, 'tls'],
  ],
  IMAP: [
    143,
    ['S', '* OK hello\r\n', 'imap', 'S: * OK hello'],
    ['C', 'a1 STARTTLS\r\n', 'imap', 'C: a1 STARTTLS'],
    ['S', 'a1 OK go\r\n', 'imap'],
    ['C', HELLO, 'tls'],
  ],
  'IMAP, answers in pieces': [
    143,
    ['S', '* 1 FE', ''],
    ['S', 'TCH (FLAGS (a))\r\n* 2 FETCH (FLAGS (', 'imap/tcp.segments', 'S: * 1 FETCH (FLAGS (a))'],
    ['S', 'b))\r\n* 3 FETCH (BODY {30}\r\nSubject: a\r\n', 'imap'],
    ['S', 'Date: b\r\n', 'imap'],
    ['S', 'c\r\n', 'imap'],
  ],
  Telnet: [23, ['S', [255, 253, 24], 'telnet'], ['C', 'login: \r\n', 'telnet', 'login: ']],
  IRC: [6667, ['C', 'NICK a\r\n', 'irc', 'NICK a'], ['S', ':b 001 a :hello\r\n', 'irc']],
  BGP: [
    179,
    ['C', BGP_OPEN, 'bgp', 'OPEN Message'],
    ['S', [...KEEPALIVE, ...KEEPALIVE], 'bgp/bgp', 'KEEPALIVE Message'],
    ['S', KEEPALIVE.slice(0, 18), ''],
    ['S', KEEPALIVE.slice(18), 'bgp/tcp.segments'],
  ],
  LDAP: [
    389,
    ['C', BIND, 'ldap', 'bindRequest'],
    ['S', BOUND, 'ldap', 'bindResponse'],
    ['C', [...BIND_WIDE, ...BIND], 'ldap/ldap', 'bindRequest'],
    ['C', BIND_WIDE.slice(0, 10), ''],
    ['C', BIND_WIDE.slice(10), 'ldap/tcp.segments'],
  ],
  Kerberos: [88, ['S', [...u32(KRB_ERROR.length), ...KRB_ERROR], 'kerberos', 'KRB Error']],
  SMB2: [
    445,
    ['C', session(NEGOTIATE), 'nbss/smb2', 'Negotiate Protocol Request'],
    ['C', session([...ECHO, ...ECHO.with(20, 0)]), 'nbss/smb2/smb2', 'KeepAlive Request'],
    ['S', [...session(smb2(13, 1, octets('0400 0000'))), 0x85, 0, 0, 0], 'nbss/smb2/nbss', 'Session keep-alive'],
    ['S', session(ENCRYPTED), 'nbss/smb2', 'Encrypted SMB3'],
    ['C', [0], 'nbss', 'NBSS Continuation Message'],
  ],
  SMB: [
    139,
    ['C', [0x81, 0, 0, 68, ...NETBIOS_NAME, ...NETBIOS_NAME], 'nbss', 'Session request'],
    ['S', [0x82, 0, 0, 0], 'nbss', 'Positive session response'],
    ['C', session(SMB_NEGOTIATE), 'nbss/smb', 'Negotiate Protocol Request'],
  ],
  RDP: [
    3389,
    ['C', octets('03 00 0013 0e e0 0000 0000 00 01 00 0800 03000000'), 'tpkt/cotp/rdp', 'Negotiation'],
    ['S', octets('03 00 0013 0e d0 0000 1234 00 02 00 0800 02000000'), 'tpkt/cotp/rdp'],
    ['C', octets('90161886fb4828856af49f84c21a9374b3ce75025f56'), 'rdp', 'Fast-Path PDU'],
    ['C', octets('17 0301 0004 11111111'), 'tpkt', 'Continuation'],
    ['C', octets('03 00 000c 02 f0 80 04 0100 0100'), 'tpkt/cotp/t125'],
    ['C', octets('03 00 000c 02 f0'), ''],
    ['C', octets('80 04 0100 0100'), 'tpkt/cotp/t125/tcp.segments'],
  ],
  MySQL: [
    3306,
    ['S', mysql(0, GREETING), 'mysql', 'Server Greeting'],
    ['C', mysql(1, LOGIN), 'mysql', 'Login Request'],
    ['S', mysql(2, octets('00 00 00 0200 0000')), 'mysql', 'Response'],
    ['C', mysql(0, [3, ...ascii('select 1')]), 'mysql', 'Request Query'],
    ['C', mysql(0, [14]).slice(0, 3), ''],
    ['C', mysql(0, [14]).slice(3), 'mysql/tcp.segments', 'Request Ping'],
  ],
  'MySQL over TLS': [
    3306,
    ['S', mysql(0, GREETING), 'mysql'],
    ['C', mysql(1, [...octets('00aa0100 00000001 21'), ...zeros(23)]), 'mysql', 'Login Request'],
    ['C', HELLO, 'tls'],
  ],
  PostgreSQL: [
    5432,
    ['C', STARTUP, 'pgsql', '>Startup message'],
    ['S', [...pgsql('R', zeros(4)), ...pgsql('Z', ascii('I'))], 'pgsql/pgsql', '<Z'],
    ['C', pgsql('Q', ascii('select 1\0')), 'pgsql', '>Q'],
  ],
  'PostgreSQL over TLS': [5432, ['C', SSL_REQUEST, 'pgsql'], ['S', 'S', ''], ['C', HELLO, 'tls']],
  'PostgreSQL without TLS': [
    5432,
    ['C', SSL_REQUEST, 'pgsql'],
    ['S', 'N', ''],
    ['C', STARTUP, 'pgsql', '>Startup message'],
    ['S', pgsql('R', zeros(4)), 'pgsql', '<R'],
  ],
  BitTorrent: [
    6881,
    ['C', TORRENT_HELLO, 'bittorrent', 'Handshake'],
    ['S', [...TORRENT_HELLO, ...torrent(5, 255)], 'bittorrent/bittorrent', 'Bitfield'],
    ['C', [...torrent(2), ...torrent(), ...torrent(6, ...zeros(12)).slice(0, 9)], 'bittorrent/bittorrent', 'KeepAlive'],
    ['C', torrent(6, ...zeros(12)).slice(9), 'bittorrent/tcp.segments', 'Request'],
  ],
  'BitTorrent on another port': [50_000, ['C', TORRENT_HELLO, 'bittorrent', 'Handshake']],
  RPC: [
    111,
    ['C', lastFragment(GETPORT), 'rpc/portmap', 'Call XID 0x12345678'],
    ['S', lastFragment(PORT_REPLY).slice(0, 20), ''],
    ['S', lastFragment(PORT_REPLY).slice(20), 'rpc/portmap/tcp.segments'],
  ],
};

interface Said {
  readonly path: string;
  readonly info: string | undefined;
}

function play(port: number, turns: readonly Turn[], clientPort?: number): { frames: Uint8Array[]; said: Said[] } {
  const connection = new TcpConversation(port, clientPort);
  const said = turns.map(([sender, payload]) => {
    const path = sender === 'C' ? connection.client(payload) : connection.server(payload);
    return { path: path.replace(/^tcp\/?/, ''), info: print(connection.packet).info.at(-1) };
  });
  return { frames: connection.frames, said };
}

describe.each(Object.entries(CONVERSATIONS))('%s', (name, [port, ...turns]) => {
  const { frames, said } = play(port, turns);

  test('is read', () => {
    expect(said.map(({ path }) => path)).toEqual(turns.map(([, , path]) => path));
    expect(said.map(({ info }, index) => turns[index]![3] && info)).toEqual(turns.map(([, , , info]) => info));
  });

  test('what damage comes to', async () => {
    for (const frame of frames) everyPrefixAndFlip(frame);
    const file = damageFile(name);
    await expect(everyConversationDamaged(frames, 54)).toMatchFileSnapshot(file);
  });
});

test.skipIf(toolIsMissing('tshark'))('tshark counts the same layers', () => {
  const frames: TimedFrame[] = [];
  const counts: Record<string, number> = {};
  for (const [port, ...turns] of Object.values(CONVERSATIONS)) {
    const conversation = play(port, turns, 41_000 + frames.length).frames;
    frames.push(...conversation.map((bytes) => ({ bytes })));
    for (const path of ['', '', ...turns.map(([, , path]) => path)]) {
      const names = ['eth', 'ip', 'tcp', ...path.split('/').filter((name) => name !== '')];
      for (let depth = 1; depth <= names.length; depth++) {
        const prefix = names.slice(0, depth).join('/');
        counts[prefix] = (counts[prefix] ?? 0) + 1;
      }
    }
  }
  expect(Object.fromEntries(tsharkHierarchy(frames))).toEqual(counts);
});

test.each([
  ['SSH', 'SSH-2.0-b\r\n', 'tcp/ssh'],
  ['BitTorrent', TORRENT_HELLO, 'tcp/bittorrent'],
  ['RPC', lastFragment(GETPORT), 'tcp/rpc/portmap'],
])('%s is known by its first bytes on any port', (_, payload, path) => {
  const connection = new TcpConversation(9999);
  expect(connection.client(payload)).toBe(path);
});

test.each([
  ['Kerberos', 88, [0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]],
  ['LDAP', 389, [0x31, 2, 0, 0]],
  ['RESP', 6379, 'PING\r\n'],
  ['TPKT', 102, [4, 0, 0, 8, 2, 240, 128, 0]],
  ['RPC', 111, lastFragment(GETPORT.with(11, 3))],
])('what is no %s on its port belongs to nobody', (_, port, payload) => {
  expect(new TcpConversation(port).client(payload)).toBe('tcp');
});

test.each([
  [9999, 'SSH-2.0-'],
  [25, '220 '],
  [143, 'a'],
  [143, '* 1 FETCH '],
  [143, '* 1 FETCH (BODY {'],
  [6379, '+'],
  [80, 'GET / HTTP/1.1\r\nA: '],
  [80, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
  [80, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n'],
])('on port %i a line without end is given up: %j', (port, start) => {
  const connection = new TcpConversation(port);
  connection.server(start);
  for (let segment = 0; segment < 300; segment++) {
    connection.server('x'.repeat(1448));
    expect(connection.dissector.pending.bytes).toBeLessThan(256 * 1024);
  }
});

test('what does not begin with TPKT on the port of RDP is told by its content', () => {
  const connection = new TcpConversation(3389);
  expect(connection.client(octets('90161886fb4828856af49f84c21a9374b3ce75025f56'))).toBe('tcp');
  expect(connection.client(record(23, [1, 2, 3, 4]))).toBe('tcp/tls');
});
