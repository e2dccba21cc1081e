import { expect, test } from 'vitest';
import { cpuMsOf } from '../../../support/cpu-time.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { playTurns, type Turn, tsharkOn } from '../../../support/turns.ts';
import { damageFile, everyConversationDamaged } from '../../../support/wire.ts';

/** How netwatch shows what is sent. */
const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'commands and answers': [
    ['C', '*1\r\n$4\r\nPING\r\n', 'resp', 'Request: PING'],
    ['S', '+PONG\r\n', 'resp', 'Response: PONG'],
    ['C', '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\n1\r\n23\r\n', 'resp', 'Request: SET a 1\r\n23'],
    ['S', '-ERR no\r\n', 'resp', 'Response: Error: ERR no'],
    ['S', ':1000\r\n', 'resp', 'Response: :1000'],
    ['S', '$5\r\nhello\r\n', 'resp', 'Response: hello'],
    ['S', '$-1\r\n', 'resp', 'Response: $-1'],
    ['S', '*2\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n', 'resp', 'Response: Array(2)'],
  ],
  'several in a segment': [['C', '*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n+x\r\n', 'resp']],
  'a bulk string in three segments': [
    ['S', '$10\r\n01', 'resp'],
    ['S', '234', ''],
    ['S', '56789\r\n', 'resp+'],
    ['S', '+OK\r\n', 'resp'],
  ],
  'a line in three segments': [
    ['S', '+hel', 'resp'],
    ['S', 'lo', 'resp'],
    ['S', '\r\n', 'resp+'],
  ],
  'an array in segments that end within elements': [
    ['S', '*4\r\n$10\r\nab', 'resp', 'Response: Array(4)'],
    ['S', 'cd', 'resp', 'Response: Array(4)'],
    ['S', 'efghij\r\n*2\r\n:1\r\n$3\r\nxxx\r\n$3\r\nzz', 'resp'],
    ['S', 'z\r\n:1\r', 'resp'],
    ['S', '\n+OK\r\n', 'resp+', 'Response: Array(4)'],
  ],
  'an array in segments that end behind elements': [
    ['S', '*3\r\n:1\r\n', 'resp'],
    ['S', ':2\r\n', 'resp'],
    ['S', ':3\r\n', 'resp'],
    ['S', '+OK\r\n', 'resp'],
  ],
  'the end of one value and the beginning of another': [
    ['S', '$5\r\nhel', 'resp'],
    ['S', 'lo\r\n*2\r\n:1', 'resp+'],
    ['S', '\r\n:2\r\n', 'resp+'],
  ],
  'both directions at once': [
    ['C', '*2\r\n$3\r\nGET\r', 'resp'],
    ['S', '*2\r\n:1\r\n:', 'resp'],
    ['C', '\n$1\r\na\r\n', 'resp+'],
    ['S', '2\r\n', 'resp+'],
  ],
};

test.each(Object.entries(CONVERSATIONS))('%s', async (name, turns) => {
  const { shown, infos, frames } = playTurns('resp', 6379, turns);
  expect(shown).toEqual(turns.map(([, , expected]) => expected));
  expect(infos).toEqual(turns.map(([, , , info]) => info));
  await expect(everyConversationDamaged(frames, 54)).toMatchFileSnapshot(damageFile(`resp ${name}`));
});

test.skipIf(toolIsMissing('tshark'))('tshark shows the same', () => {
  const [said, expected] = tsharkOn('resp', 6379, Object.values(CONVERSATIONS));
  expect(said).toEqual(expected);
});

test('a long array costs no more than its bytes', () => {
  const connection = new TcpConversation(6379);
  const cpuMs = cpuMsOf(() => {
    connection.server('*1000000\r\n:');
    for (let segment = 0; segment < 2000; segment++) connection.server('1\r\n:'.repeat(200));
  });
  expect(connection.dissector.pending.bytes).toBeLessThan(4096);
  expect(cpuMs).toBeLessThan(2000);
});

test.each(['PING\r\n', '\x00\x01', ''])('%j is none', (text) => {
  expect(new TcpConversation(6379).client(text)).toBe('tcp');
});

test.each([
  ['no number', '*x\r\n'],
  ['too many elements', '*99999999\r\n'],
  ['a string too long', '$999999999999\r\n'],
  ['a line without end', `+${'x'.repeat(65_000)}${'y'.repeat(600)}`],
  ['arrays that nest without end', '*1\r\n'.repeat(100)],
])('%s is not waited for', (_, text) => {
  const connection = new TcpConversation(6379);
  for (let start = 0; start < text.length; start += 30_000) connection.server(text.slice(start, start + 30_000));
  expect(connection.packet.needed).toBe(0);
  expect(connection.server('+OK\r\n')).toBe('tcp/resp');
});
