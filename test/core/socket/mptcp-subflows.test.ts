import { expect, test } from 'vitest';
import { blankSocket, type SocketDraft } from '../../../src/core/socket/blank-socket.ts';
import { arrangeBySession, joinSubflows } from '../../../src/core/socket/mptcp-subflows.ts';

const socket = (key: string, given: Partial<SocketDraft>): SocketDraft => ({
  ...blankSocket(),
  key,
  state: 'ESTABLISHED',
  ...given,
});
const connection = (key: string, token: string | null, inode: number | null, given: Partial<SocketDraft> = {}) =>
  socket(key, { proto: 'mptcp', mptcp_token: token, inode, mptcp_role: 'connection', ...given });
const facts = (of: SocketDraft) => [of.key, of.mptcp_token, of.mptcp_role];
const joined = (...sockets: SocketDraft[]): SocketDraft[] => {
  joinSubflows(
    sockets,
    sockets.filter(({ proto }) => proto === 'mptcp'),
  );
  return sockets;
};

test('a subflow is found by its token, or by the inode that it shares with its connection', () => {
  const sockets = joined(
    socket('told', { mptcp_token: 'aa', mptcp_role: 'joined', inode: 9 }),
    socket('untold', { inode: 7 }),
    socket('not accepted', { mptcp_token: 'bb', mptcp_role: 'initial' }),
    socket('plain', { inode: 8 }),
    socket('plain without inode', {}),
    connection('one', 'aa', 7, { mptcp_subflows: 5 }),
    connection('two', 'bb', null),
  );
  expect(sockets.map(facts)).toEqual([
    ['told', 'aa', 'joined'],
    ['untold', 'aa', 'subflow'],
    ['not accepted', 'bb', 'initial'],
    ['plain', null, null],
    ['plain without inode', null, null],
    ['one', 'aa', 'connection'],
    ['two', 'bb', 'connection'],
  ]);
  // what the kernel counts stays; what it does not tell is counted
  expect(sockets.slice(-2).map(({ mptcp_subflows }) => mptcp_subflows)).toEqual([5, 1]);
});

test('listeners, and what fell back to TCP', () => {
  const sockets = joined(
    socket('listens', { state: 'LISTEN', inode: 3 }),
    socket('fell back', { inode: 4 }),
    connection('listener', null, 3, { state: 'LISTEN', mptcp_role: 'listener' }),
    connection('fallback', 'cc', 4, { mptcp_role: 'fallback' }),
  );
  expect(sockets.map(facts)).toEqual([
    ['listens', null, 'listener'],
    ['fell back', 'cc', 'initial'],
    ['listener', null, 'listener'],
    ['fallback', 'cc', 'fallback'],
  ]);
  expect(sockets[2]!.mptcp_subflows).toBeNull();
});

test('subflows stand after their connection, and what belongs to none of those at the end', () => {
  const sockets = joined(
    socket('b1', { inode: 2 }),
    socket('plain', {}),
    socket('a1', { inode: 1 }),
    socket('b2', { inode: 2 }),
    socket('lost', { mptcp_token: 'zz', mptcp_role: 'joined' }),
    connection('a', 'aa', 1),
    connection('b', 'bb', 2),
  );
  expect(arrangeBySession(sockets).map(({ key }) => key)).toEqual(['a', 'a1', 'b', 'b1', 'b2', 'plain', 'lost']);
});
