import { expect, test } from 'vitest';
import { clearTextCredentials } from '../../../../src/core/insight/rules/clear-text-credentials.ts';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { tls } from '../../../../src/core/wire/app/tls/tls.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { ber, integer, octetString, sequence } from '../../../support/ber.ts';
import type { Said } from '../../../support/conversations.ts';
import { udpFrame } from '../../../support/frames.ts';
import { ascii, octets, u16, u32 } from '../../../support/headers.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { dissectFrame } from '../../../support/wire.ts';

const SECRET = 'hunter2-canary';
const BASE64 = Buffer.from(`\0joe\0${SECRET}`).toString('base64');

function framesOf(port: number, said: readonly Said[]): readonly Uint8Array[] {
  const talk = new TcpConversation(port);
  for (const [sender, payload] of said) {
    if (sender === 'C') talk.client(payload);
    else talk.server(payload);
  }
  return talk.frames;
}

test('an FTP login', async () => {
  const said: Said[] = [
    ['S', '220 hello\r\n'],
    ['C', 'USER joe\r\n'],
    ['S', '331 who\r\n'],
    ['C', `PASS ${SECRET}\r\n`],
  ];
  expect(await findingsOf('clear_text_credentials', framesOf(21, said))).toEqual([
    {
      time: '2025-01-01T00:00:00.005000Z',
      rule: 'clear_text_credentials',
      severity: 'warn',
      confidence: 'high',
      summary: '10.0.0.1 sent a password in clear text to 10.0.0.2:21 (FTP, 1 time)',
      evidence: ['packet number=6 protocol=FTP client=10.0.0.1 server=10.0.0.2:21'],
      since: '2025-01-01T00:00:00.005000Z',
      advice: clearTextCredentials.advice,
      subject: 'FTP 10.0.0.2:21',
      source: 'rules',
    },
  ]);
});

const form = (body: string): string =>
  `POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`;
const bind = (authentication: readonly number[]): number[] =>
  sequence(integer(1), ber(0x60, integer(3), octetString('cn=joe'), authentication));
const connect = (flags: number): number[] => {
  const body = [...u16(4), ...ascii('MQTT'), 4, flags, 0, 60, ...u16(1), ...ascii('c'), ...u16(1), ...ascii('j')];
  return [0x10, body.length + 2 + SECRET.length, ...body, ...u16(SECRET.length), ...ascii(SECRET)];
};
const authentication = (type: number): number[] => [0x52, ...u32(8), ...u32(type)];
const password = [0x70, ...u32(4 + SECRET.length + 1), ...ascii(`${SECRET}\0`)];

const LOGINS: readonly (readonly [kind: string, port: number, fires: readonly Said[], near: readonly Said[]])[] = [
  [
    'FTP',
    21,
    [
      ['C', 'USER joe\r\n'],
      ['C', `PASS ${SECRET}\r\n`],
    ],
    [
      ['C', 'USER anonymous\r\n'],
      ['C', 'PASS a@b\r\n'],
    ],
  ],
  ['POP3', 110, [['C', `PASS ${SECRET}\r\n`]], [['C', 'APOP joe 0123456789abcdef\r\n']]],
  ['IMAP', 143, [['C', `a LOGIN joe ${SECRET}\r\n`]], [['C', 'a LOGOUT\r\n']]],
  [
    'IMAP',
    143,
    [
      ['C', 'a AUTHENTICATE PLAIN\r\n'],
      ['S', '+ \r\n'],
      ['C', `${BASE64}\r\n`],
    ],
    [
      ['C', 'a AUTHENTICATE CRAM-MD5\r\n'],
      ['S', '+ x\r\n'],
      ['C', 'Y\r\n'],
    ],
  ],
  ['SMTP', 25, [['C', `AUTH PLAIN ${BASE64}\r\n`]], [['C', 'AUTH CRAM-MD5\r\n']]],
  [
    'SMTP',
    587,
    [
      ['C', 'AUTH LOGIN\r\n'],
      ['S', '334 VXNlcm5hbWU6\r\n'],
      ['C', 'am9l\r\n'],
    ],
    [
      ['C', 'AUTH LOGIN\r\n'],
      ['S', '538 encrypt\r\n'],
      ['C', 'QUIT\r\n'],
    ],
  ],
  [
    'Telnet',
    23,
    [
      ['S', 'login: '],
      ['C', 'joe\r\n'],
      ['S', 'Password: '],
      ['C', 'h'],
    ],
    [
      ['S', 'login: '],
      ['C', 'joe\r\n'],
      ['S', '$ '],
      ['C', 'h'],
    ],
  ],
  [
    'HTTP Basic',
    80,
    [['C', `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ${BASE64}\r\n\r\n`]],
    [['C', 'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n']],
  ],
  [
    'HTTP form',
    80,
    [['C', `${form('user=joe&password=x')}user=joe&password=x`]],
    [['C', `${form('user=joe&password=')}user=joe&password=`]],
  ],
  [
    'HTTP form',
    80,
    [
      ['C', form('log=joe&pwd=x')],
      ['C', 'log=joe&pwd=x'],
    ],
    [
      ['C', form('log=joe&pew=x')],
      ['C', 'log=joe&pew=x'],
    ],
  ],
  ['LDAP simple bind', 389, [['C', bind(ber(0x80, ascii(SECRET)))]], [['C', bind(ber(0x80))]]],
  ['MQTT', 1883, [['C', connect(0xc2)]], [['C', connect(0x82)]]],
  [
    'Redis AUTH',
    6379,
    [['C', `*2\r\n$4\r\nAUTH\r\n$${SECRET.length}\r\n${SECRET}\r\n`]],
    [['C', '*2\r\n$4\r\nAUTX\r\n$1\r\na\r\n']],
  ],
  [
    'PostgreSQL',
    5432,
    [
      ['S', authentication(3)],
      ['C', password],
    ],
    [
      ['S', authentication(5)],
      ['C', password],
    ],
  ],
];

test.each(LOGINS)('%s on port %i', async (kind, port, fires, near) => {
  const found = await findingsOf('clear_text_credentials', framesOf(port, fires));
  expect(found.map(({ subject, severity }) => [subject, severity])).toEqual([[`${kind} 10.0.0.2:${port}`, 'warn']]);
  expect(JSON.stringify(found)).not.toMatch(new RegExp(`${SECRET}|${BASE64}|joe`));
  expect(await findingsOf('clear_text_credentials', framesOf(port, near))).toEqual([]);
});

test('an SNMP community is a note, and not that of version 3, nor in an answer', async () => {
  const snmp = (version: number): number[] => sequence(integer(version), octetString(SECRET), ber(0xa0));
  const frames = (version: number, srcPort = 40_000, dstPort = 161) => [udpFrame({ srcPort, dstPort }, snmp(version))];
  const [found, ...others] = await findingsOf('clear_text_credentials', frames(1));
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    severity: 'note',
    summary: '10.0.0.1 sent 1 message with an SNMP community in clear text to 10.0.0.2:161',
  });
  expect(JSON.stringify(found)).not.toContain(SECRET);
  expect(await findingsOf('clear_text_credentials', frames(3))).toEqual([]);
  expect(await findingsOf('clear_text_credentials', frames(1, 161, 40_000))).toEqual([]);
});

test('what was found inside TLS is not in clear text', () => {
  const { packet: take, findings } = opened(clearTextCredentials);
  const [frame] = framesOf(110, [['C', `PASS ${SECRET}\r\n`]]).slice(2);
  const found = (insideTls: boolean): number => {
    const packet = dissectFrame(frame!, 1, new Dissector(REGISTRY));
    if (insideTls) packet.insertLayer(3, tls.id);
    take!(packet, 0);
    return [...findings(0)].length;
  };
  expect([found(true), found(false)]).toEqual([0, 1]);
});

test('the least number counts', async () => {
  const twice: Said[] = [
    ['C', 'PASS a\r\n'],
    ['C', 'PASS b\r\n'],
  ];
  const of = (logins: number) =>
    findingsOf('clear_text_credentials', framesOf(110, twice), [`clear_text_credentials.logins=${logins}`]);
  expect([await of(2), await of(3)].map((found) => found.length)).toEqual([1, 0]);
});

test('within one machine nobody listens', async () => {
  const loopback = udpFrame(
    { from: [127, 0, 0, 1], to: [127, 0, 0, 2], srcPort: 40_000, dstPort: 161 },
    sequence(integer(1), octetString('a'), ber(0xa0)),
  );
  expect(await findingsOf('clear_text_credentials', [loopback])).toEqual([]);
});

test('servers are bounded', () => {
  const { packet: take, findings } = opened(clearTextCredentials);
  const dissector = new Dissector(REGISTRY);
  const message = octets('300a 020101 040161 a002 0500');
  for (let server = 0; server < 1500; server++) {
    const frame = udpFrame({ to: [10, 1, server >> 8, server & 255], srcPort: 40_000, dstPort: 161 }, message);
    take!(dissectFrame(frame, 1, dissector), 0);
  }
  expect([...findings(0)]).toHaveLength(1000);
});

test('in a live run it leaves after ten minutes', () => {
  const frames = framesOf(21, [
    ['C', 'USER joe\r\n'],
    ['S', '331 who\r\n'],
    ['C', `PASS ${SECRET}\r\n`],
  ]);
  expect(countsLater(clearTextCredentials, frames, 0, 590, 601)).toEqual([1, 1, 0]);
});
