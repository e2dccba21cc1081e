import { expect, test } from 'vitest';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { print } from '../../../support/wire.ts';

function open(): TcpConversation {
  const connection = new TcpConversation(80);
  connection.client('GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
  connection.server('HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n');
  return connection;
}
const TEXT = [0x81, 0x83, 1, 2, 3, 4, 0x60, 0x60, 0x60];

test('a layer for each frame, and for text', () => {
  const connection = open();
  expect(connection.client(TEXT)).toBe('tcp/websocket/data-text-lines');
  expect(print(connection.packet).info).toContain('WebSocket Text [FIN] [MASKED]');
  expect(print(connection.packet).fields).toContain('Payload length: 3');
  expect(connection.server([0x89, 0, 0x82, 1, 7])).toBe('tcp/websocket/websocket');
});

test('frames in several segments, of all three lengths', () => {
  const connection = open();
  expect(connection.client(TEXT.slice(0, 1))).toBe('tcp');
  expect(connection.client(TEXT.slice(1))).toBe('tcp/websocket/data-text-lines/tcp.segments');
  expect(connection.server([0x82, 126, 0])).toBe('tcp');
  expect(connection.server([200, ...new Array(200).fill(0)])).toBe('tcp/websocket/tcp.segments');
  expect(connection.server([0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1])).toBe('tcp');
  expect(connection.server([9])).toBe('tcp/websocket/tcp.segments');
});

test('text in several frames is text in the last', () => {
  const connection = open();
  expect(connection.server([0x01, 1, 0x61, 0x89, 0, 0x80, 1, 0x62])).toBe(
    'tcp/websocket/websocket/websocket/data-text-lines',
  );
});

test('absurd lengths and damaged frames do no harm', () => {
  const connection = open();
  connection.server([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
  expect(connection.server([1, 2, 3])).not.toContain('http');
  for (let index = 0; index < TEXT.length; index++) {
    const damaged = open();
    damaged.client(TEXT.map((byte, at) => (at === index ? byte ^ 0xff : byte)));
    print(damaged.packet);
  }
});
