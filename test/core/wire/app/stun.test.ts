import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { udpFrame } from '../../../support/frames.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, hex, pathOf, print } from '../../../support/wire.ts';

const COOKIE = '2112a442';
const BINDING = [...hex(`0001 0000 ${COOKIE} 000102030405060708090a0b`)];
const ALLOCATE = [...hex(`0003 0000 ${COOKIE} 000102030405060708090a0b`)];
const CHANNEL = [0x40, 1, 0, 2, 9, 9, 0, 0];
const CLASSIC = [...hex('0001 0000 00000000 000102030405060708090a0b')];

const udp = (payload: readonly number[]): Uint8Array => udpFrame({ srcPort: 40_000, dstPort: 40_001 }, payload);

test('a message is known by its cookie', () => {
  const packet = dissectFrame(udp(BINDING));
  expect(pathOf(packet)).toBe('eth/ip/udp/stun');
  expect(print(packet).info.at(-1)).toBe('Binding Request');
  expect(print(packet).fields).toContain('Message Type: 0x0001 (Binding Request)');
  expect(pathOf(dissectFrame(udp([...BINDING, 0])))).toBe('eth/ip/udp'); // longer than it says
});

test('without a cookie it is classic', () => {
  expect(pathOf(dissectFrame(udp(CLASSIC)))).toBe('eth/ip/udp/classicstun');
});

test('channels follow TURN only', () => {
  const dissector = new Dissector(REGISTRY);
  expect(pathOf(dissectFrame(udp(CHANNEL), 1, dissector))).toBe('eth/ip/udp');
  dissectFrame(udp(BINDING), 1, dissector);
  expect(pathOf(dissectFrame(udp(CHANNEL), 1, dissector))).toBe('eth/ip/udp');
  dissectFrame(udp(ALLOCATE), 1, dissector);
  expect(pathOf(dissectFrame(udp(CHANNEL), 1, dissector))).toBe('eth/ip/udp/stun');
});

test('RTCP in a channel', () => {
  const dissector = new Dissector(REGISTRY);
  dissectFrame(udp(ALLOCATE), 1, dissector);
  const report = [0x80, 201, 0, 1, 1, 2, 3, 4];
  expect(pathOf(dissectFrame(udp([0x40, 1, 0, 8, ...report]), 1, dissector))).toBe('eth/ip/udp/stun/rtcp');
});

test('several messages in a segment, one in several, and with a length before them', () => {
  const connection = new TcpConversation(3478);
  expect(connection.client([...BINDING, ...ALLOCATE])).toBe('tcp/stun/stun');
  expect(connection.client(BINDING.slice(0, 3))).toBe('tcp');
  expect(connection.client(BINDING.slice(3))).toBe('tcp/stun/tcp.segments');
  expect(connection.client([0, 20, ...BINDING])).toBe('tcp/stun');
  expect(connection.client(CHANNEL)).toBe('tcp/stun');
  expect(new TcpConversation(4000).client(BINDING)).toBe('tcp/stun');
});

test('damaged datagrams do no harm', async () => {
  const damage: string[] = [];
  for (const payload of [BINDING, ALLOCATE, CHANNEL, CLASSIC]) {
    damage.push(everyPrefixAndFlip(udpFrame({ srcPort: 40_000, dstPort: 3478 }, payload)));
  }
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('stun'));
});

test.each([
  [[0x40, 1, 0, 2, 9], 'udp'],
  [[0x40, 1, 0, 2, 9, 9], 'udp/stun'],
  [[0x40, 1, 0, 2, 9, 9, 0], 'udp'],
  [[0x40, 1, 0, 2, 9, 9, 0, 0], 'udp/stun'],
  [[0x40, 1, 0, 2, 9, 9, 0, 0, 0], 'udp'],
  [[0x7f, 0xff, 0, 0], 'udp/stun'],
  [[0xff, 0x10, 0, 0], 'udp/stun'],
  [[0x80, 1, 0, 0], 'udp'],
  [[0x40, 1, 0], 'udp'],
])('%j on the port of TURN is %s', (payload, path) => {
  const packet = dissectFrame(udpFrame({ srcPort: 40_000, dstPort: 3478 }, payload));
  expect(pathOf(packet)).toBe(`eth/ip/${path}`);
});
