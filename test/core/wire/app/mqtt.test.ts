import { expect, test } from 'vitest';
import { tcpFrame } from '../../../support/frames.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { damageFile, everyPrefixAndFlip, print } from '../../../support/wire.ts';

const PING = [0xc0, 0];
const PUBLISH = [0x30, 5, 0, 1, 0x74, 0x68, 0x69];

test('several messages in a segment', () => {
  const connection = new TcpConversation(1883);
  expect(connection.client([...PING, ...PUBLISH])).toBe('tcp/mqtt/mqtt');
  expect(print(connection.packet).info.slice(-2)).toEqual(['Ping Request', 'Publish Message [t]']);
  expect(print(connection.packet).fields).toContain('Topic: t');
});

test('a message in several segments, its length too', () => {
  const connection = new TcpConversation(1883);
  expect(connection.client([0x30])).toBe('tcp');
  expect(connection.client([0x80])).toBe('tcp');
  expect(connection.client([0x01, 0, 1])).toBe('tcp');
  expect(connection.client([...new Array(126).fill(0x61), ...PING])).toBe('tcp/mqtt/tcp.segments/mqtt');
});

test('a length of five bytes is none', () => {
  expect(new TcpConversation(1883).client([0x30, 255, 255, 255, 255, 1, 2])).toMatch(/^tcp\/mqtt/);
});

test('damaged segments do no harm', async () => {
  const damage: string[] = [];
  damage.push(everyPrefixAndFlip(tcpFrame({ srcPort: 40_000, dstPort: 1883, flags: 0x18 }, [...PUBLISH, ...PING])));
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('mqtt'));
});
