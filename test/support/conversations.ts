import { PREFACE } from '../../src/core/wire/app/http/http2.ts';
import { ber, integer, octetString, sequence } from './ber.ts';
import { ascii, type Octets, octets, u16, u32, zeros } from './headers.ts';
import { crypto, initial } from './quic.ts';
import { clientHello, handshake, record, serverHello, serverName } from './tls.ts';

/** Who says something, and what: bytes, or text as Latin-1. */
export type Said = readonly [sender: 'C' | 'S', payload: string | Octets];

/** Port of the server, and what is said on a connection after its handshake. */
export interface Talk {
  readonly port: number;
  readonly said: readonly Said[];
}

const CLIENT_HELLO = record(22, handshake(1, clientHello({ extensions: [serverName('a.example')] })));
const SERVER_HELLO = record(22, handshake(2, serverHello(0x1301)));
const TLS: readonly Said[] = [
  ['C', CLIENT_HELLO],
  ['S', [...SERVER_HELLO, ...record(20, [1])]],
  ['C', record(23, zeros(20))],
];
const GET = 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const frame2 = (type: number, flags: number, stream: number, body: Octets = []): number[] => [
  ...[0, ...u16(body.length), type, flags, ...u32(stream)],
  ...body,
];
const HTTP_2: readonly Said[] = [
  ['C', [...ascii(PREFACE), ...frame2(4, 0, 0)]],
  ['S', frame2(4, 0, 0)],
  ['C', frame2(1, 4, 1, octets('8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d'))],
  ['C', frame2(0, 1, 1, [1, 2, 3])],
  ['S', frame2(1, 0, 1, [0x88])],
  ['S', frame2(9, 4, 1, [])],
  ['S', frame2(5, 4, 1, [...u32(2), 0x82])],
];
const mysql = (number: number, payload: Octets): number[] => [payload.length, 0, 0, number, ...payload];
const rpc = (...words: readonly number[]): number[] => [...u32(0x80000000 + 4 * words.length), ...words.flatMap(u32)];
const openvpn = (message: Octets): number[] => [...u16(message.length), ...message];
const SESSION = octets('a1a2a3a4a5a6a7a8');
const OPENVPN_RESET = [0x38, ...SESSION, 0, ...u32(0)];
const openvpnControl = (id: number, piece: Octets): number[] => [0x20, ...SESSION, 0, ...u32(id), ...piece];
const STUN = octets('0003 0000 2112a442 000102030405060708090a0b');
const extended = (tag: number, ...contents: readonly Octets[]): number[] => sequence(integer(2), ber(tag, ...contents));

/** Conversations of all protocols that remember something of a connection, or hand it over to another one. */
export const TALKS: Readonly<Record<string, Talk>> = {
  imap: {
    port: 143,
    said: [['S', '* OK hello\r\n'], ['C', 'a STARTTLS\r\n'], ['S', 'a OK begin\r\nb OK again\r\n'], ...TLS],
  },
  'imap, refused': {
    port: 143,
    said: [
      ['C', 'a STARTTLS\r\n'],
      ['S', 'a NO\r\n'],
      ['C', 'b FETCH 1\r\n'],
      ['S', '* 1 FETCH (BODY[] {5}\r\nhello)\r\nb OK\r\n'],
    ],
  },
  smtp: {
    port: 25,
    said: [
      ['S', '220 a.example\r\n'],
      ['C', 'EHLO b\r\n'],
      ['S', '250-a\r\n250 STARTTLS\r\n'],
      ['C', 'STARTTLS\r\n'],
      ['S', '220 go ahead\r\n'],
      ...TLS,
    ],
  },
  pop: { port: 110, said: [['S', '+OK\r\n'], ['C', 'STLS\r\n'], ['S', '+OK begin\r\n'], ...TLS] },
  ftp: {
    port: 21,
    said: [
      ['S', '220 hello\r\n'],
      ['C', 'PASV\r\n'],
      ['S', '227 (10,0,0,2,19,136)\r\n'],
      ['C', 'EPRT |1|10.0.0.1|5001|\r\n'],
      ['C', 'AUTH TLS\r\n'],
      ['S', '234 begin\r\n'],
      ...TLS,
    ],
  },
  pgsql: {
    port: 5432,
    said: [['C', octets('00000008 04d2162f')], ['S', 'S'], ...TLS, ['S', octets('52 00000008 00000000')]],
  },
  'pgsql, refused': {
    port: 5432,
    said: [
      ['C', octets('00000008 04d2162f')],
      ['S', 'N'],
      ['C', octets('00000010 00030000 75736572 00610000')],
      ['S', octets('52 00000008 00000000 5a 00000005 49')],
    ],
  },
  mysql: {
    port: 3306,
    said: [
      ['S', mysql(0, [10, ...ascii('8.0.0\0'), ...zeros(40)])],
      ['C', mysql(1, [0x85, 0xae, ...zeros(30)])],
      ...TLS,
    ],
  },
  ldap: {
    port: 389,
    said: [
      ['C', extended(0x77, octetString('1.3.6.1.4.1.1466.20037'))],
      ['S', extended(0x78, ber(10, [0]), octetString(''), octetString(''))],
      ...TLS,
    ],
  },
  'socks 5, TLS': {
    port: 1080,
    said: [
      ['C', [5, 1, 2]],
      ['S', [5, 2]],
      ['C', [1, 1, 0x61, 1, 0x62]],
      ['S', [1, 0]],
      ['C', [5, 1, 0, 3, 1, 0x61, ...u16(443)]],
      ['S', octets('05 00 00 01 0a000003 1234')],
      ...TLS,
    ],
  },
  'socks 4, a mail server': {
    port: 1080,
    said: [
      ['C', octets('04 01 0019 0a000003 00')],
      ['S', octets('00 5a 0019 0a000003')],
      ['S', '220 a.example\r\n'],
      ['C', 'STARTTLS\r\n'],
      ['S', '220 go ahead\r\n'],
      ...TLS,
    ],
  },
  'http connect, TLS': {
    port: 3128,
    said: [['C', 'CONNECT a.example:443 HTTP/1.1\r\n\r\n'], ['S', 'HTTP/1.1 200 OK\r\n\r\n'], ...TLS],
  },
  'http connect, imap': {
    port: 3128,
    said: [
      ['C', 'CONNECT a.example:143 HTTP/1.1\r\n\r\n'],
      ['S', 'HTTP/1.1 200 OK\r\n\r\n'],
      ['S', '* OK hello\r\n'],
      ['C', 'a STARTTLS\r\n'],
      ['S', 'a OK begin\r\nb OK again\r\n'],
      ...TLS,
    ],
  },
  'http connect, socks': {
    port: 3128,
    said: [
      ['C', 'CONNECT a.example:1080 HTTP/1.1\r\n\r\n'],
      ['S', 'HTTP/1.1 200 OK\r\n\r\n'],
      ['C', [5, 1, 0]],
      ['S', [5, 0]],
      ['C', 'CONNECT a.example:80 HTTP/1.1\r\n\r\n'],
    ],
  },
  'http connect in http connect': {
    port: 3128,
    said: [
      ['C', 'CONNECT a.example:9999 HTTP/1.1\r\n\r\n'],
      ['S', 'HTTP/1.1 200 OK\r\n\r\n'],
      ['C', 'CONNECT b.example:9998 HTTP/1.1\r\n\r\n'],
      ['S', 'HTTP/1.1 200 OK\r\n\r\n'],
      ...TLS,
    ],
  },
  http: {
    port: 80,
    said: [
      ['C', GET],
      ['S', OK],
      ['C', GET],
      ['S', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'],
    ],
  },
  websocket: {
    port: 80,
    said: [
      ['C', 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n'],
      ['S', 'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n'],
      ['C', [0x01, 0x82, 1, 2, 3, 4, 5, 6]],
      ['S', [0x81, 2, 0x68, 0x69]],
      ['C', [0x80, 0x80, 1, 2, 3, 4]],
    ],
  },
  h2c: {
    port: 80,
    said: [
      ['C', 'GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n'],
      ['S', 'HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n'],
      ...HTTP_2,
    ],
  },
  'another upgrade': {
    port: 80,
    said: [
      ['C', GET],
      ['S', 'HTTP/1.1 101 Switching\r\nUpgrade: other\r\n\r\n'],
      ['S', [1, 2, 3]],
    ],
  },
  sstp: {
    port: 80,
    said: [
      ['C', 'SSTP_DUPLEX_POST / HTTP/1.1\r\n\r\n'],
      ['S', OK],
      ['C', [0x10, 1, 0, 4]],
    ],
  },
  http2: { port: 80, said: HTTP_2 },
  rtsp: {
    port: 554,
    said: [
      ['C', 'SETUP rtsp://a/ RTSP/1.0\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n'],
      ['S', 'RTSP/1.0 200 OK\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n'],
      ['S', [0x24, 0, 0, 12, 0x80, 0, ...zeros(10)]],
      ['S', [0x24, 0, ...u16(20), ...STUN]],
      ['S', [0x24, 1, 0, 8, 0x80, 200, 0, 1, ...zeros(4)]],
      ['C', 'PLAY rtsp://a/ RTSP/1.0\r\n\r\n'],
    ],
  },
  sip: {
    port: 5060,
    said: [
      ['C', 'INVITE sip:a@b SIP/2.0\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n'],
      ['S', 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ],
  },
  rpc: {
    port: 111,
    said: [
      ['C', rpc(1, 0, 2, 100_003, 3, 0, 0, 0, 0, 0)],
      ['S', rpc(1, 1, 0, 0, 0, 0)],
    ],
  },
  resp: {
    port: 6379,
    said: [
      ['C', '*2\r\n$3\r\nGET\r\n$1\r\na\r\n'],
      ['S', '*2\r\n$1\r\na\r\n*1\r\n:1\r\n'],
      ['S', '+OK\r\n'],
    ],
  },
  ssh: {
    port: 22,
    said: [
      ['S', 'SSH-2.0-a\r\n'],
      ['C', 'SSH-2.0-b\r\n'],
      ['C', [...u32(12), 10, 20, ...zeros(10)]],
      ['S', [...u32(12), 10, 21, ...zeros(10)]],
      ['S', zeros(40)],
    ],
  },
  tls: { port: 443, said: TLS },
  openvpn: {
    port: 1194,
    said: [
      ['C', openvpn(OPENVPN_RESET)],
      ['C', openvpn(openvpnControl(1, [...CLIENT_HELLO, ...zeros(100)].slice(0, 100)))],
      ['S', openvpn(openvpnControl(1, SERVER_HELLO))],
      ['C', openvpn(openvpnControl(2, CLIENT_HELLO.slice(0, 30)))],
    ],
  },
  rdp: {
    port: 3389,
    said: [
      ['C', octets('03000013 0e e0 0000 0000 00 01 00 0800 03000000')],
      ['S', octets('03000013 0e d0 0000 1234 00 02 00 0800 01000000')],
      ...TLS,
      ['S', octets('0004 0102')],
    ],
  },
  stun: {
    port: 3478,
    said: [
      ['C', STUN],
      ['S', [0x40, 1, 0, 8, 0x80, 200, 0, 1, ...zeros(4)]],
    ],
  },
  bittorrent: {
    port: 6881,
    said: [
      ['C', [19, ...ascii('BitTorrent protocol'), ...zeros(48)]],
      ['S', [...u32(1), 2, ...u32(0)]],
    ],
  },
};

const dtls = (data: Octets): number[] => [22, 0xfe, 0xfd, 0, 0, ...zeros(6), ...u16(data.length), ...data];
const dtlsHello = (start: number, end: number, body: Octets): number[] =>
  dtls([1, 0, ...u16(body.length), 0, 0, 0, ...u16(start), 0, ...u16(end - start), ...body.slice(start, end)]);
const plainHello = clientHello({ version: 0xfefd, cookie: [], extensions: [serverName('a.example')] });
const srtpHello = clientHello({ version: 0xfefd, cookie: [], extensions: [[14, [0, 2, 0, 1, 0]]] });
const quicHello = handshake(1, clientHello({ extensions: [serverName('a.example')] }));

/** Datagrams of all protocols that remember something of a flow, or are carried by another one's. */
export const DATAGRAMS: Readonly<Record<string, Octets>> = {
  'dtls, beginning': dtlsHello(0, 20, plainHello),
  'dtls, rest': dtlsHello(20, plainHello.length, plainHello),
  'dtls, another length': dtlsHello(20, srtpHello.length, srtpHello),
  'dtls, srtp': dtlsHello(0, srtpHello.length, srtpHello),
  rtp: [0x80, 0, ...zeros(14)],
  rtcp: [0x80, 200, 0, 1, ...zeros(4)],
  stun: STUN,
  'stun, channel': [0x40, 1, 0, 8, 0x80, 200, 0, 1, ...zeros(4)],
  'rpc, call': rpc(1, 0, 2, 100_003, 3, 0, 0, 0, 0, 0).slice(4),
  'rpc, reply': rpc(1, 1, 0, 0, 0, 0).slice(4),
  'openvpn, reset': OPENVPN_RESET,
  'openvpn, piece': openvpnControl(1, [...CLIENT_HELLO, ...zeros(100)].slice(0, 100)),
  'openvpn, last piece': openvpnControl(2, CLIENT_HELLO.slice(0, 30)),
  quic: initial([...crypto(0, quicHello), ...zeros(200)], { first: [1, 2, 3, 4, 5, 6, 7, 8] }),
  'quic, retry': [0xf0, ...octets('00000001 00 01 09'), ...zeros(40)],
  tftp: [0, 1, ...ascii('a\0octet\0')],
  sip: ascii('OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n'),
  dns: octets('0001 0100 0001 0000 0000 0000 01 61 00 0001 0001'),
};
