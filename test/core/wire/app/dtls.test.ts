import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { readClientHello } from '../../../../src/core/wire/app/tls-hello.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { udpFrame } from '../../../support/frames.ts';
import { type Octets, u16 } from '../../../support/headers.ts';
import { clientHello, serverHello, serverName } from '../../../support/tls.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { tsharkFields } from '../../../support/tshark.ts';
import {
  dissectFrame,
  everyConversationDamaged,
  everyPrefixAndFlip,
  hex,
  pathOf,
  print,
} from '../../../support/wire.ts';

const ALERT = '15 fefd 0000 000000000001 0002 0228';
const CHANGE = '14 fefd 0000 000000000000 0001 01';
const frame = (text: string): Uint8Array => udpFrame({ srcPort: 40_000, dstPort: 40_001 }, [...hex(text)]);
const pathOfDatagram = (text: string): string => pathOf(dissectFrame(frame(text)));

test('records that fill a datagram are DTLS', () => {
  expect(pathOfDatagram(CHANGE + ALERT)).toBe('eth/ip/udp/dtls');
  expect(print(dissectFrame(frame(CHANGE + ALERT))).info.at(-1)).toBe('Change Cipher Spec, Alert');
});

test('a record with something else behind it is not', () => {
  expect(pathOfDatagram(`${CHANGE}00`)).toBe('eth/ip/udp');
  expect(pathOfDatagram(`${ALERT}160303000000000000000000000000`)).toBe('eth/ip/udp');
});

test('stops when short', () => {
  everyPrefixAndFlip(frame(CHANGE + ALERT));
});

const u24 = (value: number): number[] => [value >> 16, ...u16(value & 0xffff)];
let sequence = 0;
/** RFC 6347, 4.1. */
const record = (data: Octets, epoch = 0): number[] => [
  ...[22, 0xfe, 0xfd, ...u16(epoch), 0, 0, 0, 0, 0, sequence++ & 255, ...u16(data.length)],
  ...data,
];
/** [start, end) of a handshake message (RFC 6347, 4.2.2). */
const fragment = (type: number, body: Octets, start = 0, end = body.length): number[] => [
  ...[type, ...u24(body.length), 0, 0, ...u24(start), ...u24(end - start)],
  ...body.slice(start, end),
];
const HELLO = clientHello({ version: 0xfefd, cookie: [], extensions: [serverName('a.example')] });
const COOKIED = clientHello({ version: 0xfefd, cookie: [1, 2, 3], extensions: [serverName('a.example')] });
const VERIFY = [0xfe, 0xfd, 3, 1, 2, 3];
const SERVER = serverHello(0xc02b, [], 0xfefd);

type Turn = readonly [sender: 'C' | 'S', datagram: Octets, hellos: string];
const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'a hello, and with its cookie': [
    ['C', record(fragment(1, HELLO)), 'C'],
    ['S', record(fragment(3, VERIFY)), ''],
    ['C', record(fragment(1, COOKIED)), 'C'],
    ['S', [...record(fragment(2, SERVER)), ...record(fragment(14, []))], 'S'],
  ],
  'messages of one record': [['S', record([...fragment(2, SERVER), ...fragment(14, [])]), 'S']],
  'a hello in fragments': [
    ['C', record(fragment(1, HELLO, 0, 30)), ''],
    ['C', record(fragment(1, HELLO, 30, 50)), ''],
    ['C', record(fragment(1, HELLO, 50)), 'C'],
  ],
  'fragments in one datagram': [['C', [...record(fragment(1, HELLO, 0, 30)), ...record(fragment(1, HELLO, 30))], 'C']],
  'fragments in one record': [['C', record([...fragment(1, HELLO, 0, 30), ...fragment(1, HELLO, 30)]), 'C']],
};

function play(turns: readonly Turn[], port: number): { frames: Uint8Array[]; found: string[] } {
  const dissector = new Dissector(REGISTRY);
  const frames = turns.map(([sender, datagram]) => {
    const ends = { srcPort: port, dstPort: 40_001 };
    const back = { from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 40_001, dstPort: port };
    return udpFrame(sender === 'C' ? ends : back, [...datagram]);
  });
  const found = frames.map((bytes) => {
    const { messages, messageCount } = dissectFrame(bytes, 1, dissector);
    for (const { bytes: held, start, end, detail } of messages.slice(0, messageCount)) {
      if (detail === 1) expect(readClientHello(held, start, end, true)?.serverName).toBe('a.example');
    }
    return messages
      .slice(0, messageCount)
      .map(({ detail }) => (detail === 1 ? 'C' : 'S'))
      .join('');
  });
  return { frames, found };
}

test.each(Object.entries(CONVERSATIONS))('hellos: %s', (_, turns) => {
  expect(play(turns, 41_000).found).toEqual(turns.map(([, , expected]) => expected));
});

test.skipIf(toolIsMissing('tshark'))('tshark finds the same names in hellos', () => {
  const conversations = Object.values(CONVERSATIONS);
  const frames = conversations.flatMap((turns, index) => play(turns, 41_000 + index).frames);
  const names = tsharkFields(
    frames.map((bytes) => ({ bytes })),
    ['dtls.handshake.extensions_server_name'],
  );
  expect(names).toEqual(conversations.flat().map(([, , expected]) => (expected.includes('C') ? 'a.example' : '')));
});

test('what is encrypted is not looked into; fragments that contradict each other are no hello', () => {
  for (const datagrams of [
    [record(fragment(1, HELLO), 1)],
    [record(fragment(1, HELLO, 30)), record(fragment(1, HELLO, 0, 30))],
    [record(fragment(1, HELLO, 0, 30)), record(fragment(1, COOKIED, 30))],
    [record(fragment(1, HELLO, 0, 30)), record(fragment(1, HELLO, 40))],
  ]) {
    const turns = datagrams.map((datagram): Turn => ['C', datagram, '']);
    expect(play(turns, 41_000).found.join('')).toBe('');
  }
});

test('damage to fragments does no harm', () => {
  everyConversationDamaged(play(CONVERSATIONS['a hello in fragments']!, 41_000).frames, 42);
});
