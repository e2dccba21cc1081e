import { expect, test } from 'vitest';
import { u32, zeros } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { playTurns, type Turn, tsharkOn } from '../../../support/turns.ts';
import { damageFile, everyConversationDamaged } from '../../../support/wire.ts';

/** RFC 4253, 6: a packet of `length` bytes in all. */
const packet = (message: number, length: number): number[] => [...u32(length - 4), 5, message, ...zeros(length - 6)];
const KEXINIT = packet(20, 72);
const NEWKEYS = packet(21, 16);
const BANNER = 'SSH-2.0-OpenSSH_9.6\r\n';

/** How netwatch shows what is sent. */
const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'key exchange': [
    ['C', BANNER, 'ssh', 'Client: Protocol (SSH-2.0-OpenSSH_9.6)'],
    ['S', BANNER, 'ssh', 'Server: Protocol (SSH-2.0-OpenSSH_9.6)'],
    ['C', KEXINIT, 'ssh', 'Client: Key Exchange Init'],
    ['S', KEXINIT, 'ssh', 'Server: Key Exchange Init'],
    ['C', NEWKEYS, 'ssh', 'Client: New Keys'],
    ['C', zeros(48), 'ssh'],
  ],
  'packets in several segments': [
    ['C', BANNER, 'ssh'],
    ['S', BANNER, 'ssh'],
    ['C', KEXINIT.slice(0, 30), 'ssh'],
    ['C', KEXINIT.slice(30, 50), ''],
    ['C', KEXINIT.slice(50), 'ssh+'],
    ['S', KEXINIT, 'ssh'],
  ],
  'packets that share a segment': [
    ['C', BANNER, 'ssh'],
    ['S', BANNER, 'ssh'],
    ['C', [...KEXINIT, ...packet(30, 32)], 'ssh'],
    ['S', [...packet(31, 64), ...NEWKEYS, ...zeros(40).fill(9)], 'ssh'],
  ],
};

test.each(Object.entries(CONVERSATIONS))('%s', async (name, turns) => {
  const { shown, infos, frames } = playTurns('ssh', 22, turns);
  expect(shown).toEqual(turns.map(([, , expected]) => expected));
  expect(infos).toEqual(turns.map(([, , , info]) => info));
  await expect(everyConversationDamaged(frames, 54)).toMatchFileSnapshot(damageFile(`ssh ${name}`));
});

test.skipIf(toolIsMissing('tshark'))('tshark shows the same', () => {
  const [said, expected] = tsharkOn('ssh', 22, Object.values(CONVERSATIONS));
  expect(said).toEqual(expected);
});

test('what is encrypted is not waited for, whatever its first bytes are', () => {
  const connection = new TcpConversation(22);
  for (const bytes of [BANNER, KEXINIT, NEWKEYS, [0, 0, 255, 0, 1, 2, 3, 4]]) connection.client(bytes);
  expect([connection.dissector.pending.bytes, connection.packet.malformed]).toEqual([0, false]);
});

test('a connection captured from its middle on', () => {
  const connection = new TcpConversation(22);
  expect(connection.client([0, 0, 1, 0, 1, 2, 3, 4])).toBe('tcp/ssh');
  expect(connection.dissector.pending.bytes).toBe(0);
});
