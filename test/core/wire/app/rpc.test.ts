import { expect, test } from 'vitest';
import { udpFrame } from '../../../support/frames.ts';
import { octets, u32 } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { playTurns, type Turn, tsharkOn } from '../../../support/turns.ts';
import { damageFile, dissectFrame, everyConversationDamaged, pathOf } from '../../../support/wire.ts';

const CREDENTIALS = '00000000 00000000 00000000 00000000';
/** RFC 5531, 9, behind a mark (11). */
const message = (text: string): number[] => {
  const bytes = octets(text);
  return [...u32(0x80000000 + bytes.length), ...bytes];
};
const call = (id: number, program: number, version = 3, procedure = 0): number[] =>
  message(`${u32(id)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')} 00000000 00000002
    ${program.toString(16).padStart(8, '0')} 0000000${version} 0000000${procedure} ${CREDENTIALS}`);
const reply = (id: number): number[] => message(`0000000${id} 00000001 00000000 00000000 00000000 00000000`);
const NFS = 100_003;

/** How netwatch shows what is sent. */
const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'calls and replies': [
    ['C', call(1, NFS), 'rpc', 'Call XID 0x1'],
    ['S', reply(1), 'rpc', 'Reply XID 0x1'],
  ],
  'several in a segment': [
    ['C', [...call(1, NFS), ...call(2, NFS)], 'rpc'],
    ['S', [...reply(2), ...reply(1)], 'rpc'],
  ],
  'a call cut behind its mark': [
    ['C', call(1, NFS).slice(0, 6), ''],
    ['C', call(1, NFS).slice(6), 'rpc+'],
    ['S', reply(1), 'rpc'],
  ],
  'a call cut behind its program': [
    ['C', call(1, NFS).slice(0, 22), ''],
    ['C', call(1, NFS).slice(22), 'rpc+'],
  ],
  'a reply cut in its header': [
    ['C', call(1, NFS), 'rpc'],
    ['S', reply(1).slice(0, 13), ''],
    ['S', reply(1).slice(13), 'rpc+'],
  ],
  'a reply cut behind its header': [
    ['C', call(1, NFS), 'rpc'],
    ['S', reply(1).slice(0, 20), ''],
    ['S', reply(1).slice(20), 'rpc+'],
  ],
};

test.each(Object.entries(CONVERSATIONS))('%s', async (name, turns) => {
  const { shown, frames } = playTurns('rpc', 111, turns);
  expect(shown).toEqual(turns.map(([, , expected]) => expected));
  await expect(everyConversationDamaged(frames, 54)).toMatchFileSnapshot(damageFile(`rpc ${name}`));
});

test.skipIf(toolIsMissing('tshark'))('tshark shows the same', () => {
  const [said, expected] = tsharkOn('rpc', 111, Object.values(CONVERSATIONS));
  expect(said).toEqual(expected);
});

test.each([
  [100_000, 'portmap'],
  [100_003, 'nfs'],
  [100_005, 'mount'],
  [100_021, 'nlm'],
  [100_227, 'nfsacl'],
])('program %i is %s, on any port', (program, name) => {
  expect(new TcpConversation(9999).client(call(1, program))).toBe(`tcp/rpc/${name}`);
});

test('a reply to no call, and a program no one may have, are none', () => {
  expect(new TcpConversation(9999).client(reply(1))).toBe('tcp');
  expect(new TcpConversation(9999).client(call(1, 5))).toBe('tcp');
});

test('calls whose replies never come are forgotten', () => {
  const connection = new TcpConversation(2049);
  for (let id = 1; id <= 300; id++) connection.client(call(id, NFS));
  expect(connection.server(reply(1))).toBe('tcp');
  expect(connection.server(message('0000012c 00000001 00000000 00000000 00000000 00000000'))).toBe('tcp/rpc/nfs');
});

test.each([
  // program, bytes of the call that came, port, and what it is
  [NFS, 24, 111, 'rpc/nfs'],
  [NFS, 23, 111, 'rpc'],
  [NFS, 3, 111, 'rpc'],
  [NFS, 24, 2049, 'rpc/nfs'],
  [NFS, 23, 2049, ''],
  [NFS, 24, 9999, 'rpc/nfs'],
  [NFS, 23, 9999, ''],
  [5, 40, 111, 'rpc'],
  [5, 40, 9999, ''],
])('of a call of program %i %i bytes to port %i are: %s', (program, length, port, path) => {
  const datagram = call(1, program).slice(4, 4 + length);
  const there = dissectFrame(udpFrame({ srcPort: 9998, dstPort: port }, datagram));
  expect(pathOf(there)).toBe(`eth/ip/udp${path === '' ? '' : `/${path}`}`);
  const back = dissectFrame(udpFrame({ srcPort: port, dstPort: 9998 }, datagram));
  expect(pathOf(back)).toBe(pathOf(there));
});

test.each([
  // the length that the mark tells, of a record whose call is there
  [11, 'tcp'],
  [12, 'tcp/rpc/nfs'],
  [4 * 1024 * 1024 + 1, 'tcp'],
])('a mark of %i bytes, on another port: %s', (length, path) => {
  const marked = [...u32(0x80000000 + length), ...call(1, NFS).slice(4)];
  expect(new TcpConversation(9999).client(marked)).toBe(path);
});
