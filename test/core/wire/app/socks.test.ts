import { expect, test } from 'vitest';
import { ascii, octets, u16 } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { clientHello, handshake, record } from '../../../support/tls.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { tsharkHierarchy } from '../../../support/tshark.ts';
import { damageFile, everyConversationDamaged, everyPrefixAndFlip, print } from '../../../support/wire.ts';

const HELLO = record(22, handshake(1, clientHello()));
const GET = 'GET / HTTP/1.1\r\n\r\n';
const REPLY_5 = octets('05 00 00 01 0a000003 1234');
const REPLY_4 = octets('00 5a 0050 0a000003');
const to = (kind: number, address: readonly number[], port: number): number[] => [
  5,
  1,
  0,
  kind,
  ...address,
  ...u16(port),
];

type Turn = readonly [sender: 'C' | 'S', payload: string | readonly number[], path: string];
const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'version 5, TLS in two segments': [
    ['C', [5, 1, 0], 'socks'],
    ['S', [5, 0], 'socks'],
    ['C', to(3, [1, ...ascii('a')], 443), 'socks'],
    ['S', REPLY_5, 'socks'],
    ['C', HELLO.slice(0, 20), 'socks/tls'],
    ['C', HELLO.slice(20), 'socks/tls/tcp.segments'],
  ],
  'version 5, a password, HTTP': [
    ['C', [5, 1, 2], 'socks'],
    ['S', [5, 2], 'socks'],
    ['C', [1, 1, 0x61, 1, 0x62], 'socks'],
    ['S', [1, 0], 'socks'],
    ['C', to(1, [10, 0, 0, 3], 80), 'socks'],
    ['S', REPLY_5, 'socks'],
    ['C', GET, 'socks/http'],
  ],
  'version 4, HTTP, what is no protocol': [
    ['C', octets('04 01 0050 0a000003 00'), 'socks'],
    ['S', REPLY_4, 'socks'],
    ['C', GET, 'socks/http'],
  ],
  'other bytes on the port': [
    ['C', [1, 2, 3, 4, 5, 6, 7, 8], 'socks'],
    ['S', 'HTTP/1.1 200 OK\r\n\r\n', 'socks'],
  ],
};

function play(turns: readonly Turn[], clientPort?: number): { frames: Uint8Array[]; paths: string[] } {
  const connection = new TcpConversation(1080, clientPort);
  const paths = turns.map(([sender, payload]) =>
    (sender === 'C' ? connection.client(payload) : connection.server(payload)).replace(/^tcp\/?/, ''),
  );
  return { frames: connection.frames, paths };
}

test.each(Object.entries(CONVERSATIONS))('%s', async (name, turns) => {
  const { frames, paths } = play(turns);
  expect(paths).toEqual(turns.map(([, , path]) => path));
  for (const frame of frames) everyPrefixAndFlip(frame);
  await expect(everyConversationDamaged(frames, 54)).toMatchFileSnapshot(damageFile(`socks ${name}`));
});

test.skipIf(toolIsMissing('tshark'))('tshark counts the same layers', () => {
  const conversations = Object.values(CONVERSATIONS);
  const frames = conversations.flatMap((turns, index) => play(turns, 41_000 + index).frames);
  const paths = conversations.flatMap((turns) => turns.map(([, , path]) => path));
  const counted = tsharkHierarchy(frames.map((bytes) => ({ bytes })));
  for (const path of ['socks', 'socks/tls', 'socks/http', 'socks/tls/tcp.segments']) {
    const count = paths.filter((other) => `${other}/`.startsWith(`${path}/`)).length;
    expect([path, counted.get(`eth/ip/tcp/${path}`)]).toEqual([path, count]);
  }
});

test('the version is told', () => {
  const connection = new TcpConversation(1080);
  connection.client([5, 1, 0]);
  expect(print(connection.packet).info.at(-1)).toBe('Version: 5');
});
