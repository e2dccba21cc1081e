import { describe, expect, test } from 'vitest';
import type { TunnelDevice, WireguardPeer } from '../../../src/core/network/tunnel-device.ts';
import { outerFlowOf } from '../../../src/core/sample/outer-flow.ts';
import { openOwnedSockets } from '../../../src/core/sample/owned-sockets.ts';
import { openTunnelSampler } from '../../../src/core/sample/tunnel-sampler.ts';
import type { Socket } from '../../../src/core/socket/socket.ts';
import { CURL, fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';

const device: TunnelDevice = {
  iface: 'tun0',
  index: 4,
  kind: 'tun',
  state: 'unknown',
  addresses: ['10.8.0.2/24', 'fd08::2/64'],
  rx_bytes: 5,
  tx_bytes: 6,
  holders: [{ pid: CURL.pid, name: 'openvpn', started: CURL.started }],
  wireguard: null,
};
const AT = { time: '2026-01-02T03:04:05.000Z', monotonicMs: 0 };

async function look(devices: readonly TunnelDevice[], sockets: readonly Socket[] = []) {
  let opened = 0;
  const platform = {
    ...fakePlatform([readingOf(sockets)]),
    readTunnels: async () => ({ rows: devices, limits: [{ what: 'w', why: 'y', remedy: null }] }),
  };
  const { openSockets } = platform;
  platform.openSockets = (request) => {
    opened++;
    return openSockets(request);
  };
  const sampler = openTunnelSampler(await openOwnedSockets(platform, { isLeft: false, user: null }));
  const { rows, limits } = await sampler.look(AT);
  sampler.close();
  expect(limits).toHaveLength(1);
  return { rows, opened };
}

describe('the outer flow', () => {
  const flowOf = (...sockets: Socket[]) => {
    const flow = outerFlowOf(device, readingOf(sockets));
    return flow === null ? null : [flow.socket.key, flow.iface, flow.flows];
  };

  test('is the one with a peer, then the one that moved most', () => {
    const unconnected = socketOf({ key: 1, proto: 'udp', remote_addr: null, remote_port: null, rx_bytes: 1e9 });
    expect(flowOf(unconnected, socketOf({ key: 2, rx_bytes: 1 }), socketOf({ key: 3, rx_bytes: 9999 }))).toEqual([
      3,
      'eth0',
      3,
    ]);
    expect(flowOf(unconnected)).toEqual([1, 'eth0', 1]);
  });

  test('stays the same while it is there', () => {
    const sockets = readingOf([socketOf({ key: 2, rx_bytes: 1 }), socketOf({ key: 3, rx_bytes: 9999 })]);
    expect(outerFlowOf(device, sockets, 2)!.socket.key).toBe(2);
    expect(outerFlowOf(device, sockets, 7)!.socket.key).toBe(3);
  });

  test.each<[what: string, changes: Partial<Socket>]>([
    ['is not connected yet', { state: 'SYN_SENT' }],
    ['listens', { state: 'LISTEN', remote_addr: null, remote_port: null }],
    ['is of the loopback: a management interface', { local_addr: '127.0.0.1' }],
    ['is of the loopback of IPv6', { local_addr: '::1' }],
    ['is inside the tunnel', { local_addr: '10.8.0.2' }],
    ['is inside it by IPv6', { local_addr: 'fd08::2' }],
    ['is of another protocol', { proto: 'raw' }],
  ])('is none that %s', (_what, changes) => {
    expect(flowOf(socketOf(changes))).toBeNull();
  });

  test('is none of another process, and none where nobody holds the device', () => {
    const foreign = readingOf([socketOf()], {
      processes: [{ ...CURL, pid: 1 }],
      attribution: 'proc_fd exact',
    });
    expect(outerFlowOf(device, foreign)).toBeNull();
    expect(outerFlowOf({ ...device, holders: [] }, readingOf([socketOf()]))).toBeNull();
  });
});

test('a device with its process and its outer flow', async () => {
  const { rows } = await look([device], [socketOf({ proto: 'tcp' })]);
  expect(rows).toEqual([
    {
      time: AT.time,
      iface: 'tun0',
      kind: 'openvpn',
      state: 'up',
      peer: null,
      pid: 777,
      process: 'openvpn',
      proto: 'tcp',
      local_addr: '192.0.2.10',
      local_port: 50_000,
      remote_addr: '198.51.100.7',
      remote_port: 443,
      outer_iface: 'eth0',
      outer_flows: 1,
      inner: ['10.8.0.2/24', 'fd08::2/64'],
      rx_bytes: 5,
      tx_bytes: 6,
      last_handshake: null,
      handshake_age_s: null,
      up_since: CURL.started,
      reconnects: null,
    },
  ]);
});

test('sockets are read only where somebody holds a device; without a process its flow is unknown, not none', async () => {
  const { rows, opened } = await look([{ ...device, state: 'down', holders: [] }]);
  expect(opened).toBe(0);
  expect(rows).toMatchObject([{ kind: 'tun', state: 'down', pid: null, outer_flows: null, remote_addr: null }]);
  expect((await look([device])).rows).toMatchObject([{ outer_flows: 0, remote_addr: null }]);
});

test('a row for each peer of WireGuard; of one that may not be read the state is unknown', async () => {
  const peer = (key: string, lastHandshake: string | null): WireguardPeer => ({
    key,
    endpoint: key === 'far' ? null : { addr: '203.0.113.9', port: 51_820 },
    lastHandshake,
    rxBytes: 1,
    txBytes: 2,
    allowedIps: ['10.9.0.0/16'],
  });
  const wireguard = (listed: TunnelDevice['wireguard'], state: TunnelDevice['state'] = 'unknown'): TunnelDevice => ({
    ...device,
    iface: 'wg0',
    kind: 'wireguard',
    holders: [],
    wireguard: listed,
    state,
  });
  const with3 = {
    iface: 'wg0',
    listenPort: 51_821,
    peers: [peer('new', '2026-01-02T03:01:06.000Z'), peer('old', '2026-01-02T03:01:05.000Z'), peer('far', null)],
  };
  const facts = async (of: TunnelDevice) =>
    (await look([of])).rows.map(({ peer: key, state, local_port, remote_addr, inner }) => [
      key,
      state,
      local_port,
      remote_addr,
      inner[0],
    ]);
  expect(await facts(wireguard(with3))).toEqual([
    ['new', 'up', 51_821, '203.0.113.9', '10.9.0.0/16'],
    ['old', 'idle', 51_821, '203.0.113.9', '10.9.0.0/16'],
    ['far', 'waiting', 51_821, null, '10.9.0.0/16'],
  ]);
  expect((await facts(wireguard(with3, 'down'))).map(([, state]) => state)).toEqual(['down', 'down', 'down']);
  expect(await facts(wireguard({ ...with3, peers: [] }))).toEqual([[null, 'waiting', null, null, '10.8.0.2/24']]);
  expect(await facts(wireguard(null))).toEqual([[null, null, null, null, '10.8.0.2/24']]);
});
