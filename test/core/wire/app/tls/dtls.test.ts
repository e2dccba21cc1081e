import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../../src/core/wire/all-protocols.ts';
import { rtp } from '../../../../../src/core/wire/app/rtp.ts';
import { readClientHello } from '../../../../../src/core/wire/app/tls/tls-hello.ts';
import { Dissector } from '../../../../../src/core/wire/dissector.ts';
import { udpFrame } from '../../../../support/frames.ts';
import { type Octets, u16 } from '../../../../support/headers.ts';
import { clientHello, serverHello, serverName } from '../../../../support/tls.ts';
import { toolIsMissing } from '../../../../support/tool.ts';
import { tsharkFields } from '../../../../support/tshark.ts';
import {
  damageFile,
  dissectFrame,
  everyConversationDamaged,
  everyPrefixAndFlip,
  hex,
  pathOf,
  print,
} from '../../../../support/wire.ts';

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

test('stops when short', async () => {
  await expect(everyPrefixAndFlip(frame(CHANGE + ALERT))).toMatchFileSnapshot(damageFile('dtls'));
});

const u24 = (value: number): number[] => [value >> 16, ...u16(value & 0xffff)];
let sequence = 0;
/** RFC 6347, 4.1. */
const record = (data: Octets, epoch = 0, version = 0xfefd): number[] => [
  ...[22, ...u16(version), ...u16(epoch), 0, 0, 0, 0, 0, sequence++ & 255, ...u16(data.length)],
  ...data,
];
/** [start, end) of a handshake message with a number (RFC 6347, 4.2.2). */
const fragment = (type: number, body: Octets, start = 0, end = body.length, number = 0): number[] => [
  ...[type, ...u24(body.length), ...u16(number), ...u24(start), ...u24(end - start)],
  ...body.slice(start, end),
];
const HELLO = clientHello({ version: 0xfefd, cookie: [], extensions: [serverName('a.example')] });
const COOKIED = clientHello({ version: 0xfefd, cookie: [1, 2, 3], extensions: [serverName('a.example')] });
/** Of another client at the same port: as long, with another random. */
const OTHER = HELLO.with(2, 1);
const VERIFY = [0xfe, 0xfd, 3, 1, 2, 3];
const SERVER = serverHello(0xc02b, [], 0xfefd);

type Turn = readonly [sender: 'C' | 'S', datagram: Octets, hellos: string];
const [FIRST, SECOND, THIRD] = [
  record(fragment(1, HELLO, 0, 30)),
  record(fragment(1, HELLO, 30, 50)),
  record(fragment(1, HELLO, 50)),
];
const inOrder = (...fragments: readonly Octets[]): readonly Turn[] =>
  fragments.map((one, index): Turn => ['C', one, index === fragments.length - 1 ? 'C' : '']);

/** Whose fragments do not come in their order, which tshark 4.0 does not read. */
const IN_ANY_ORDER: Readonly<Record<string, readonly Turn[]>> = {
  'fragments 1, 3, 2': inOrder(FIRST, THIRD, SECOND),
  'fragments 2, 1, 3': inOrder(SECOND, FIRST, THIRD),
  'fragments 2, 3, 1': inOrder(SECOND, THIRD, FIRST),
  'fragments 3, 1, 2': inOrder(THIRD, FIRST, SECOND),
  'fragments 3, 2, 1': inOrder(THIRD, SECOND, FIRST),
  'fragments sent again': inOrder(FIRST, FIRST, THIRD, THIRD, FIRST, SECOND),
  'fragments that overlap': inOrder(record(fragment(1, HELLO, 20)), record(fragment(1, HELLO, 0, 40))),
  'a fragment in others': inOrder(record(fragment(1, HELLO, 0, 40)), SECOND, record(fragment(1, HELLO, 30))),
  'fragments of a byte': inOrder(...HELLO.map((_, at) => record(fragment(1, HELLO, at, at + 1))).reverse()),
  'fragments of the server, the last one first': [
    ['C', record(fragment(1, HELLO)), 'C'],
    ['S', record(fragment(2, SERVER, 30)), ''],
    ['S', record(fragment(2, SERVER, 0, 30)), 'S'],
  ],
  'fragments of both sides': [
    ['C', THIRD, ''],
    ['S', record(fragment(2, SERVER, 0, 30)), ''],
    ['C', record(fragment(1, HELLO, 0, 50)), 'C'],
    ['S', [...record(fragment(2, SERVER, 30)), ...record(fragment(14, []))], 'S'],
  ],
  'a cookie, fragments of both hellos': [
    ['C', SECOND, ''],
    ['C', [...FIRST, ...THIRD], 'C'],
    ['S', record(fragment(3, VERIFY), 0, 0xfeff), ''],
    ['C', record(fragment(1, COOKIED, 40, COOKIED.length, 1)), ''],
    ['C', record(fragment(1, COOKIED, 0, 40, 1)), 'C'],
    ['S', record(fragment(2, SERVER, 0, SERVER.length, 1)), 'S'],
  ],
  'fragments of DTLS 1.0': [
    ['C', record(fragment(1, HELLO, 30), 0, 0xfeff), ''],
    ['C', record(fragment(1, HELLO, 0, 30), 0, 0xfeff), 'C'],
  ],
  'messages and fragments in a record': [
    ['S', record([...fragment(2, SERVER, 0, 30), ...fragment(14, [], 0, 0, 2), ...fragment(2, SERVER, 30)]), 'S'],
  ],
};
const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'fragments sent again, in order': inOrder(FIRST, FIRST, SECOND, THIRD),
  'fragments that overlap, in order': inOrder(record(fragment(1, HELLO, 0, 40)), record(fragment(1, HELLO, 20))),
  'a fragment in the one before': inOrder(record(fragment(1, HELLO, 0, 50)), SECOND, THIRD),
  'fragments of the server': [
    ['C', record(fragment(1, HELLO)), 'C'],
    ['S', record(fragment(2, SERVER, 0, 30)), ''],
    ['S', [...record(fragment(2, SERVER, 30)), ...record(fragment(14, []))], 'S'],
  ],
  'DTLS 1.0, in fragments': [
    ['C', record(fragment(1, HELLO, 0, 30), 0, 0xfeff), ''],
    ['C', record(fragment(1, HELLO, 30), 0, 0xfeff), 'C'],
  ],
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

test.each(Object.entries({ ...IN_ANY_ORDER, ...CONVERSATIONS }))('hellos: %s', (_, turns) => {
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
    [record(fragment(1, HELLO, 0, HELLO.length - 1))],
    [record(fragment(1, HELLO, 1))],
    [record(fragment(1, HELLO, 0, 30)), record(fragment(1, COOKIED, 30))],
    [record(fragment(1, HELLO, 0, 30)), record(fragment(1, HELLO, 40))],
    [record(fragment(1, HELLO, 0, 30)), record(fragment(2, HELLO, 30))],
    [record(fragment(1, HELLO, 0, 30)), record(fragment(1, HELLO, 30, HELLO.length, 1))],
    [record(fragment(1, HELLO, 0, 30)), record(fragment(1, HELLO, 30), 1)],
    [record(fragment(1, HELLO, 0, 30)), record([...fragment(1, HELLO, 30).slice(0, -1)])],
    [record([1, ...u24(30), 0, 0, ...u24(1), ...u24(30), ...HELLO.slice(0, 30)])],
    [record([1, ...u24(40), 0, 0, ...u24(20), ...u24(30), ...HELLO.slice(0, 30)])],
    [record(fragment(14, HELLO, 0, 30)), record(fragment(14, HELLO, 30))],
  ]) {
    const turns = datagrams.map((datagram): Turn => ['C', datagram, '']);
    expect(play(turns, 41_000).found.join('')).toBe('');
  }
});

test('fragments of the other direction are of another message', () => {
  const beginning = record(fragment(1, HELLO, 0, 30));
  const rest = record(fragment(1, HELLO, 30));
  const turns: readonly Turn[] = [
    ['C', beginning, ''],
    ['S', rest, ''],
    ['S', beginning, 'C'],
    ['C', rest, 'C'],
  ];
  expect(play(turns, 41_000).found).toEqual(turns.map(([, , expected]) => expected));
});

test('a hello that was not whole gives way to one with another random', () => {
  const [beginning, rest] = [fragment(1, HELLO, 0, 40), fragment(1, HELLO, 40)];
  const other = [fragment(1, OTHER, 0, 40), fragment(1, OTHER, 40)];
  const randomOf = (...fragments: readonly Octets[]): readonly (number | null)[] => {
    const dissector = new Dissector(REGISTRY);
    return fragments.map((one) => {
      const frame = udpFrame({ srcPort: 41_000, dstPort: 40_001 }, record(one));
      const { messages, messageCount } = dissectFrame(frame, 1, dissector);
      return messageCount === 0 ? null : messages[0]!.bytes[messages[0]!.start + 2]!;
    });
  };
  expect(randomOf(beginning, ...other)).toEqual([null, null, 1]);
  expect(randomOf(beginning, rest, ...other)).toEqual([null, HELLO[2], null, 1]);
  expect(randomOf(rest, ...other)).toEqual([null, 1, null]); // the rest is the same
  const behindRandom = HELLO.with(34, 9); // the first one counts, as in tshark
  expect(randomOf(beginning, fragment(1, behindRandom, 0, 40), rest)).toEqual([null, null, HELLO[2]]);
  const begins = fragment(1, HELLO, 0, 3); // it ends with the byte that differs
  expect(randomOf(begins, fragment(1, OTHER, 0, 40), rest)).toEqual([null, null, 1]);
  expect(randomOf(beginning, fragment(1, OTHER, 0, 2), rest)).toEqual([null, null, HELLO[2]]);
});

test('fragments wait for a minute, of hellos of 16,384 bytes at most, and no longer than the message', () => {
  const found = (body: Octets, seconds: number): boolean => {
    const dissector = new Dissector(REGISTRY);
    const sent = [fragment(1, body, 0, 40), fragment(1, body, 40)].map((one, index) => {
      const frame = udpFrame({ srcPort: 41_000, dstPort: 40_001 }, record(one));
      return dissectFrame(frame, 1, dissector, { seconds: 1000 + index * seconds }).messageCount;
    });
    if (sent[1] === 1) expect(dissector.hellos.held).toBe(0);
    return sent[1] === 1;
  };
  expect([found(HELLO, 60), found(HELLO, 61)]).toEqual([true, false]);
  const long = (length: number): Octets => [...HELLO, ...new Array<number>(length - HELLO.length).fill(0)];
  expect([found(long(16_384), 1), found(long(16_385), 1)]).toEqual([true, false]);
});

test('a hello in fragments that asks for SRTP announces it', () => {
  const srtp = clientHello({ version: 0xfefd, cookie: [], extensions: [[14, [0, 2, 0, 1, 0]]] });
  const dissector = new Dissector(REGISTRY);
  const sent = [record(fragment(1, srtp, 40)), record(fragment(1, srtp, 0, 40))];
  for (const one of sent) dissectFrame(udpFrame({ srcPort: 41_000, dstPort: 40_001 }, one), 1, dissector);
  expect(dissector.flows.flows[0]!.application).toBe(rtp);
});

test('damage to fragments does no harm', async () => {
  const damage = everyConversationDamaged(play(CONVERSATIONS['a hello in fragments']!, 41_000).frames, 42);
  await expect(damage).toMatchFileSnapshot(damageFile('dtls fragments'));
});
