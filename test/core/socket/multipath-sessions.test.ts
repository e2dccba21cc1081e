import { expect, test } from 'vitest';
import { openMultipathSessions } from '../../../src/core/socket/multipath-sessions.ts';
import type { Socket } from '../../../src/core/socket/socket.ts';
import { socketOf } from '../../support/fake-platform.ts';

const session = (token: string, changes: Partial<Socket> = {}): Socket =>
  socketOf({ key: token, proto: 'mptcp', mptcp_token: token, mptcp_role: 'connection', ...changes });
const flow = (key: number, token: string, changes: Partial<Socket> = {}): Socket =>
  socketOf({ key, proto: 'tcp', mptcp_token: token, mptcp_role: 'joined', rx_bytes: 70, tx_bytes: 30, ...changes });

/** Looks a second apart, each at these sockets. */
function looks(...readings: (readonly Socket[])[]) {
  const sessions = openMultipathSessions();
  return readings.map((sockets, at) =>
    sessions.ingest(
      { sockets, ifaceOf: ({ key }) => `eth${key}` },
      { time: `2026-01-02T03:04:0${at}.000Z`, monotonicMs: at * 1000 },
    ),
  );
}

test('a session has the flows that carry it', () => {
  const [look] = looks([session('a'), flow(1, 'a'), flow(2, 'a', { mptcp_backup: 'remote' }), socketOf({ key: 3 })]);
  expect(look).toEqual({
    lost: 0,
    sessions: [
      {
        token: 'a',
        since: null,
        lost: 0,
        paths: [
          expect.objectContaining({ key: '1', iface: 'eth1', isBackup: null, rxBytes: 70, txBytes: 30 }),
          expect.objectContaining({ key: '2', iface: 'eth2', isBackup: true }),
        ],
      },
    ],
  });
});

test('it is up since it was first seen, which the first look does not know', () => {
  const all = looks([session('a')], [session('a'), session('b')], [session('a'), session('b')]);
  expect(all.at(-1)!.sessions.map(({ since }) => since)).toEqual([null, '2026-01-02T03:04:01.000Z']);
});

test('a path is lost when its session is still there a look later', () => {
  const whole = [session('a'), flow(1, 'a'), flow(2, 'a')];
  const less = [session('a'), flow(1, 'a')];
  const all = looks(whole, less, less, less);
  expect(all.map(({ lost }) => lost)).toEqual([0, 0, 1, 1]);
  expect(all.at(-1)!.sessions[0]).toMatchObject({ lost: 1, paths: [{ key: '1' }] });
});

test.each<[string, readonly Socket[], readonly Socket[]]>([
  ['that is over', [], []],
  ['that is closing', [session('a', { state: 'FIN_WAIT1' })], []],
  ['whose flows close first', [session('a')], []],
])('a session %s has lost none', (_which, second, third) => {
  const all = looks([session('a'), flow(1, 'a'), flow(2, 'a')], second, third);
  expect(all.map(({ lost }) => lost)).toEqual([0, 0, 0]);
});

test('what listens, opens or closes, and what has no token is no path', () => {
  const [look] = looks([
    session('a', { state: 'LISTEN' }),
    session('b'),
    flow(1, 'a'),
    flow(2, 'b', { state: 'SYN_SENT' }),
    flow(3, 'c'),
    socketOf({ key: 4, mptcp_token: null }),
  ]);
  expect(look!.sessions).toMatchObject([{ token: 'b', paths: [] }]);
});
