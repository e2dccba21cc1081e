import type { Conversation } from '../stream.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));

/** What hands a connection over to another protocol, opens or ends a message, or is a length. */
const KNOWN = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\0',
    ' ',
    '\t',
    ': ',
    '.\r\n',
    '0\r\n\r\n',
    'ffffffff\r\n',
    '{30}\r\n',
    '{4294967295}\r\n',
  ],
  ...[
    'a STARTTLS\r\n',
    'a OK begin\r\n',
    'b OK again\r\n',
    'STARTTLS\r\n',
    '220 go\r\n',
    '250-STARTTLS\r\n',
    'STLS\r\n',
    '+OK\r\n',
  ],
  ...[
    'AUTH TLS\r\n',
    'AUTH SSL\r\n',
    '234 go\r\n',
    'PASV\r\n',
    '227 (10,0,0,2,4,1)\r\n',
    'EPSV\r\n',
    '229 (|||1025|)\r\n',
    'EPRT |1|10.0.0.1|1025|\r\n',
  ],
  ...[
    'CONNECT a:443 HTTP/1.1\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  ],
  ...['GET / HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n'],
  ...[
    'HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
  ],
  ...[
    'Content-Length: 5\r\n',
    'Content-Length: 99999999999\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
    'RTSP/1.0 200 OK\r\n',
  ],
  ...[
    'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n',
    'SSH-2.0-a\r\n',
    '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n',
    '$-1\r\n',
    'm=audio 40000 RTP/AVP 0\r\n',
  ],
  'SIP/2.0 200 OK\r\n',
].map(ascii);
const BINARY = [
  ...[
    '050100',
    '0500',
    '05010001 0a000002 01bb',
    '05000001 0a000002 01bb',
    '0401 01bb 0a000002 00',
    '005a 0000 00000000',
    '0502 00 02',
  ],
  ...[
    '1603010005 0100000100',
    '16030300',
    '1403030001 01',
    '1503030002 0100',
    '170303ffff',
    '1703030000',
    '00000008 04d2162f',
    '4e',
    '53',
  ],
  ...[
    '300c 020101 7707 8005 312e332e',
    '3005 020101 7800',
    '000000 04 00 00000000',
    'ffffff 01 25 00000001',
    '81fe ffff',
    '88 00',
  ],
  ...['0d0a0d0a000d0a515549540a 2111 000c 0a000001 0a000002 0001 01bb', '3084ffffffff', '3080', 'c00c', 'ffff'],
].map(hex);

const MOST_LINES = 400;
const MOST_TOKENS = 400;

/** Words, lines and first bytes of the conversations, those met most first, after what is known to matter. */
export function wordsOf(conversations: readonly Conversation[]): readonly Uint8Array[] {
  const lines = new Map<string, number>();
  const tokens = new Map<string, number>();
  const starts = new Map<string, number>();
  for (const { turns } of conversations) {
    for (const { bytes } of turns) {
      count(starts, Buffer.from(bytes.subarray(0, 12)).toString('latin1'));
      const text = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
      for (const [line] of text.matchAll(/[\x20-\x7e]{1,80}\r?\n/g)) count(lines, line);
      for (const [token] of text.matchAll(/[A-Za-z][A-Za-z0-9_/+.-]{2,20}:? ?/g)) count(tokens, token);
    }
  }
  return [...KNOWN, ...BINARY, ...top(lines, MOST_LINES), ...top(tokens, MOST_TOKENS), ...top(starts, MOST_LINES)];
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function top(counts: ReadonlyMap<string, number>, most: number): Uint8Array[] {
  const sorted = [...counts].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
  return sorted.slice(0, most).map(([text]) => ascii(text));
}
