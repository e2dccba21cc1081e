import { expect, test } from 'vitest';
import { tcpFrame } from '../../../support/frames.ts';
import { octets } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { damageFile, everyPrefixAndFlip, print } from '../../../support/wire.ts';

const PING = octets('1234 0001 0a');
const PONG = octets('4142 0001 09');

test('a message a layer, the second in two segments', () => {
  const connection = new TcpConversation(8009);
  expect(connection.client(PING)).toBe('tcp/ajp13');
  expect(print(connection.packet).info.at(-1)).toBe('REQ 10');
  expect(connection.server([...PONG, ...PONG.slice(0, 2)])).toBe('tcp/ajp13');
  expect(connection.server(PONG.slice(2))).toBe('tcp/ajp13/tcp.segments');
  expect(print(connection.packet).info.slice(-1)).toEqual(['RSP 9']);
});

test('damaged segments do no harm', async () => {
  const damage: string[] = [];
  damage.push(everyPrefixAndFlip(tcpFrame({ srcPort: 40_000, dstPort: 8009, flags: 0x18 }, [...PING, ...PING])));
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('ajp13'));
});
