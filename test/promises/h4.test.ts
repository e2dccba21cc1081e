import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { Blocks, COMMENT, join, text } from '../support/captures.ts';
import { udpFrame } from '../support/frames.ts';
import { u16 } from '../support/headers.ts';
import { recordsOf, runInProcess } from '../support/in-process.ts';
import { TcpConversation } from '../support/tcp-conversation.ts';
import { alpn, clientHello, handshake, record, serverName } from '../support/tls.ts';
import { promised } from './promise.ts';

const LONGEST_TEXT = 4096;
const LONGEST_LIST = 100;
const LONGEST_LINE = 64 * 1024;
/** A note or an ellipsis at the end of what was cut. */
const END = 64;
const LONG = 'a'.repeat(60_000);

/** Segments of one direction, no longer than a link carries. */
function say(conversation: TcpConversation, side: 'client' | 'server', payload: readonly number[]): void {
  for (let at = 0; at < payload.length; at += 60_000) conversation[side](payload.slice(at, at + 60_000));
}

const ascii = (value: string): number[] => [...Buffer.from(value, 'latin1')];

/** What a peer may say that is longer than anybody reads. */
function longConversations(): readonly Uint8Array[] {
  const http = new TcpConversation(80, 40_001);
  say(http, 'client', ascii(`GET /${LONG} HTTP/1.1\r\nHost: ${LONG}\r\n`));
  say(http, 'client', ascii(`User-Agent: ${LONG}\r\n\r\n`));
  say(http, 'server', ascii(`HTTP/1.1 200 ${LONG}\r\nContent-Length: 0\r\n\r\n`));

  const name = [...Array.from({ length: 3 }, () => [63, ...ascii('b'.repeat(63))]).flat(), 0];
  const texts = [...u16(0xc00c), ...u16(16), ...u16(1), 0, 0, 0, 1, ...u16(2560), ...new Array<number>(2560).fill(200)];
  const answers = Array.from({ length: 20 }, () => texts).flat();
  const dns = new TcpConversation(53, 40_002);
  const message = [
    ...u16(7),
    ...u16(0x8180),
    ...u16(1),
    ...u16(300),
    0,
    0,
    0,
    0,
    ...name,
    ...u16(16),
    ...u16(1),
    ...answers,
  ];
  say(dns, 'server', [...u16(message.length), ...message]);
  const many = Array.from({ length: 300 }, () => [
    ...u16(0xc00c),
    ...u16(1),
    ...u16(1),
    0,
    0,
    0,
    1,
    ...u16(4),
    192,
    0,
    2,
    1,
  ]).flat();
  const list = udpFrame({ srcPort: 53, dstPort: 40_003 }, [
    ...message.slice(0, 12),
    ...name,
    ...u16(1),
    ...u16(1),
    ...many,
  ]);

  const tls = new TcpConversation(443, 40_004);
  const hello = clientHello({
    extensions: [serverName('c'.repeat(15_000)), alpn(...Array.from({ length: 50 }, () => 'd'.repeat(10)))],
  });
  say(tls, 'client', record(22, handshake(1, hello).slice(0, 16_000)));
  const chain = new TcpConversation(443, 40_005);
  say(chain, 'client', record(22, handshake(1, clientHello())));
  // a chain of certificates that is said to have 16 MB, of which 300 kB come
  const certificates = [11, 0xff, 0xff, 0xff, ...new Array<number>(300_000).fill(0x30)];
  for (let at = 0; at < certificates.length; at += 16_000)
    say(chain, 'server', record(22, certificates.slice(at, at + 16_000)));

  const lines = new TcpConversation(25, 40_006);
  say(lines, 'client', ascii(`EHLO ${LONG}${LONG}\r\n`));
  const sip = udpFrame(
    { srcPort: 5060, dstPort: 5060 },
    ascii(`INVITE sip:${LONG} SIP/2.0\r\nVia: ${'e'.repeat(4000)}\r\n\r\n`),
  );
  return [http, dns, tls, chain, lines].flatMap(({ frames }) => frames).concat(list, sip);
}

const COMMANDS = [
  ['stats', '--by', 'summary,protocols,conversations,endpoints,ports,dns,http,tls,handshakes,expert'],
  ['capture'],
  ['conns'],
  ['follow', '--list'],
  ['export', 'packets'],
];

promised(
  {
    id: 'H4',
    says: 'However much a peer sends, a text in a record has at most 4 KiB, a list at most 100 elements, and a line of NDJSON at most 64 KiB.',
    tested:
      'HTTP with a target, host, agent and reason of 60 kB, DNS answers of 51 kB and of 300 records, TLS names of 15 kB and a chain of certificates of 300 kB that claims 16 MB, lines of 120 kB, comments and interface names of 60 kB: every record of every command, and a command line of 1 MB.',
    notPromised:
      'No field says that a text was cut. segment.data is as long as its segment: up to 64 KiB, plus a third for base64, so a line of follow --json may have 88 KiB.',
    skipped: null,
    timeoutMs: 120_000,
  },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-h4-'));
    try {
      const file = path.join(folder, 'long.pcapng');
      const ng = new Blocks(true);
      const long = { value: text(LONG) };
      const frames = longConversations().map((bytes) => ng.packet(bytes, { options: [{ code: COMMENT, ...long }] }));
      fs.writeFileSync(file, join(ng.section(), ng.iface({ options: [{ code: 2, ...long }] }), ...frames));
      const most = { text: 0, list: 0, line: 0, records: 0 };
      for (const command of COMMANDS) {
        const { status, out } = await runInProcess([...command, '-r', file, '--json', '--fields', 'all']);
        expect([command, status]).toEqual([command, 0]);
        measure(command.join(' '), out, most);
      }
      const host = path.join(folder, 'host');
      fs.cpSync(path.join(import.meta.dirname, '../hosts/linux'), host, { recursive: true, verbatimSymlinks: true });
      for (const name of fs.readdirSync(path.join(host, 'proc'))) {
        if (/^\d+$/.test(name)) fs.writeFileSync(path.join(host, 'proc', name, 'cmdline'), 'f'.repeat(1_000_000));
      }
      measure('conns --root', (await runInProcess(['conns', '--root', host, '--json'])).out, most);
      return `${most.records} records: the longest text ${most.text} characters, list ${most.list}, line ${most.line.toLocaleString('en')} bytes`;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
);

function measure(what: string, out: string, most: { text: number; list: number; line: number; records: number }): void {
  for (const line of out.split('\n')) most.line = Math.max(most.line, Buffer.byteLength(line));
  for (const one of recordsOf(out)) {
    most.records++;
    for (const [name, value] of Object.entries(one)) {
      const texts = (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
      const length = Math.max(0, ...texts.map((item: string) => item.length));
      const elements = Array.isArray(value) ? value.length : 0;
      if (length > LONGEST_TEXT + END || elements > LONGEST_LIST)
        expect.fail(`${what}: ${one.type}.${name} has ${length} characters, ${elements} elements`);
      most.text = Math.max(most.text, length);
      most.list = Math.max(most.list, elements);
    }
  }
  expect(most.line).toBeLessThanOrEqual(LONGEST_LINE);
}
