import { expect, test } from 'vitest';
import { communityId, icmpCommunityId } from '../../../src/core/net/community-id.ts';
import { parseIp } from '../../../src/core/net/ip-address.ts';
import { openConnections } from '../../../src/core/socket/connections.ts';
import { socketCommunityId } from '../../../src/core/socket/socket-community-id.ts';
import { readingOf, socketOf } from '../../support/fake-platform.ts';

const at = (second: number) => ({ time: `2026-01-02T03:04:0${second}.000Z`, monotonicMs: second * 1000 });
const bytes = (text: string): Uint8Array => parseIp(text)!.bytes;
const V4 = { local_addr: '192.168.1.52', local_port: 54_585, remote_addr: '8.8.8.8', remote_port: 53 };
const V6 = { ...V4, local_addr: '2001:db8::2', remote_addr: '2001:db8::1' };
const WITH_PORTS = { tcp: 6, udp: 17, sctp: 132 } as const;
const WITHOUT_PORTS = { udplite: 136, dccp: 33 } as const;

test('the published vector', () => {
  expect(socketCommunityId({ proto: 'udp', ...V4 })).toBe('1:d/FP5EW3wiY1vCndhwleRRKHowQ=');
});

test.each([V4, V6])('each protocol by its number, with ports where they count: $local_addr', (of) => {
  const [local, remote] = [bytes(of.local_addr), bytes(of.remote_addr)];
  for (const [proto, number] of Object.entries(WITH_PORTS) as [keyof typeof WITH_PORTS, number][]) {
    expect(socketCommunityId({ proto, ...of })).toBe(communityId(number, local, 54_585, remote, 53));
  }
  for (const [proto, number] of Object.entries(WITHOUT_PORTS) as [keyof typeof WITHOUT_PORTS, number][]) {
    expect(socketCommunityId({ proto, ...of })).toBe(communityId(number, local, null, remote, null));
  }
});

test('a ping socket sends echo requests', () => {
  const ping = { remote_port: null, local_port: 7 };
  expect(socketCommunityId({ proto: 'icmp', ...V4, ...ping })).toBe(
    icmpCommunityId(1, bytes(V4.local_addr), bytes(V4.remote_addr), 8, 0),
  );
  expect(socketCommunityId({ proto: 'icmp', ...V6, ...ping })).toBe(
    icmpCommunityId(58, bytes(V6.local_addr), bytes(V6.remote_addr), 128, 0),
  );
});

test('a raw socket has the protocol for its port, and does not say what is inside', () => {
  const raw = (number: number) => socketCommunityId({ proto: 'raw', ...V4, local_port: number, remote_port: null });
  expect(raw(89)).toBe(communityId(89, bytes(V4.local_addr), null, bytes(V4.remote_addr), null));
  expect([1, 6, 17, 58, 132, 255].map(raw)).toEqual([null, null, null, null, null, null]);
});

test('null where it cannot be known', () => {
  const udp = { proto: 'udp', ...V4 } as const;
  expect([
    socketCommunityId({ ...udp, remote_addr: null, remote_port: null }),
    socketCommunityId({ ...udp, remote_port: null }),
    socketCommunityId({ ...udp, proto: 'mptcp' }),
    socketCommunityId({ ...udp, local_addr: '*' }),
    socketCommunityId({ ...udp, remote_addr: 'a name' }),
    socketCommunityId({ ...udp, remote_addr: '2001:db8::1' }),
  ]).toEqual([null, null, null, null, null, null]);
});

test('the engine gives it to rows and events, unless nobody reads it', () => {
  const socket = socketOf({ proto: 'udp', ...V4 });
  const id = '1:d/FP5EW3wiY1vCndhwleRRKHowQ=';
  for (const [engine, expected] of [
    [openConnections(() => null, true), id],
    [openConnections(() => null, true, true), id],
    [openConnections(() => null, true, false), null],
  ] as const) {
    engine.ingest(readingOf([]), at(0));
    engine.ingest(readingOf([socket]), at(1));
    expect([...engine.rows()].map((row) => row.community_id)).toEqual([expected]);
    expect([...engine.events([])].map((row) => row.community_id)).toEqual([expected]);
  }
});
