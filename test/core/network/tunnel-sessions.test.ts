import { describe, expect, test } from 'vitest';
import { openTunnelSessions, type TunnelSample } from '../../../src/core/network/tunnel-sessions.ts';

const vpn: TunnelSample = {
  iface: 'tun0',
  index: 4,
  kind: 'openvpn',
  state: 'up',
  peer: null,
  pid: 10,
  process: 'openvpn',
  process_start: '2026-01-01T00:00:00.000Z',
  proto: 'tcp',
  local_addr: '192.0.2.1',
  local_port: 40_000,
  remote_addr: '198.51.100.7',
  remote_port: 1194,
  outer_iface: 'eth0',
  outer_flows: 1,
  inner: ['10.8.0.2/24'],
  rx_bytes: 1,
  tx_bytes: 2,
  last_handshake: null,
};
const peer: TunnelSample = {
  ...vpn,
  iface: 'wg0',
  kind: 'wireguard',
  peer: 'AsfHx8fH...',
  pid: null,
  process: null,
  process_start: null,
  proto: 'udp',
  last_handshake: '2026-01-02T03:03:50.000Z',
};

/** Since when it is up, and its reconnects, at looks a second apart; null for a look at which it is not there. */
function looks(...samples: readonly (TunnelSample | null)[]) {
  const sessions = openTunnelSessions();
  return samples.map((sample, at) => {
    const instant = { time: `2026-01-02T03:04:0${at}.000Z`, monotonicMs: 1000 * at };
    const [row] = sessions.ingest(sample === null ? [] : [sample], instant);
    return row === undefined ? null : [row.up_since, row.reconnects];
  });
}
const at = (second: number): string => `2026-01-02T03:04:0${second}.000Z`;
const START = vpn.process_start;

describe('reconnects', () => {
  test('none while it stays as it is; the first look cannot know', () => {
    expect(looks(vpn, vpn)).toEqual([
      [START, null],
      [START, 0],
    ]);
  });

  test.each<[what: string, changes: Partial<TunnelSample>]>([
    ['another outer flow', { local_port: 40_001 }],
    ['another server', { remote_addr: '198.51.100.8' }],
    ['another process', { pid: 11 }],
    ['a process of the same id', { process_start: '2026-01-02T00:00:00.000Z' }],
    ['another device of the same name', { index: 5 }],
  ])('%s', (_what, changes) => {
    const now = { ...vpn, ...changes };
    expect(looks(vpn, now, now)).toEqual([
      [START, null],
      [at(1), 1],
      [at(1), 1],
    ]);
  });

  test('one for the time between two flows, and none when the same flow is there again', () => {
    const none = { ...vpn, proto: null, local_port: null, remote_addr: null, remote_port: null };
    const count = (...samples: TunnelSample[]) => looks(...samples).map((row) => row![1]);
    expect(count(vpn, none, none, { ...vpn, local_port: 9 })).toEqual([null, 0, 0, 1]);
    expect(count(vpn, none, vpn)).toEqual([null, 0, 0]);
    expect(count(none, vpn, vpn)).toEqual([null, 0, 0]);
  });

  test('none where its process is not to be seen for a look, and one when it is another', () => {
    const unseen = { ...vpn, pid: null, process: null, process_start: null, proto: null };
    const count = (...samples: TunnelSample[]) => looks(...samples).map((row) => row![1]);
    expect(count(vpn, unseen, vpn)).toEqual([null, 0, 0]);
    expect(count(vpn, unseen, { ...vpn, pid: 11 })).toEqual([null, 0, 1]);
    expect(count(unseen, vpn)).toEqual([null, 0]);
  });

  test('after it was down, or gone', () => {
    expect(looks(vpn, { ...vpn, state: 'down' }, vpn, null, vpn)).toEqual([
      [START, null],
      [null, 0],
      [at(2), 1],
      null,
      [at(4), 2],
    ]);
  });

  test('what comes up for the first time does not come up again', () => {
    expect(looks({ ...vpn, state: 'down' }, vpn)).toEqual([
      [null, null],
      [at(1), 0],
    ]);
    expect(looks(null, vpn)).toEqual([null, [at(1), 0]]);
  });

  test('a WireGuard peer comes from elsewhere without one, and has one when it was idle', () => {
    const elsewhere = { ...peer, remote_addr: '203.0.113.77', remote_port: 9 };
    expect(looks(peer, elsewhere, { ...elsewhere, state: 'idle' }, elsewhere)).toEqual([
      [null, null],
      [null, 0],
      [null, 0],
      [at(3), 1],
    ]);
  });
});

test('the age of the keys; a clock that was set back makes none below zero', () => {
  const age = (last_handshake: string | null): number | null =>
    openTunnelSessions().ingest([{ ...peer, last_handshake }], { time: at(0), monotonicMs: 0 })[0]!.handshake_age_s;
  expect([age(peer.last_handshake), age('2027-01-01T00:00:00.000Z'), age(null)]).toEqual([10, 0, null]);
});

test('what is kept has a limit', () => {
  const sessions = openTunnelSessions();
  const many = Array.from({ length: 10_001 }, (_, n) => ({ ...peer, peer: `${n}` }));
  sessions.ingest(many, { time: at(0), monotonicMs: 0 });
  const [forgotten, known] = sessions.ingest(
    [many[0]!, many[2]!].map((one) => ({ ...one, index: 9 })),
    { time: at(1), monotonicMs: 1000 },
  );
  expect([forgotten!.reconnects, known!.reconnects]).toEqual([0, 1]);
});
