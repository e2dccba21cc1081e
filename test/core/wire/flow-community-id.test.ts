import { expect, test } from 'vitest';
import { communityId } from '../../../src/core/net/community-id.ts';
import { parseIp } from '../../../src/core/net/ip-address.ts';
import { type Addresses, Flow } from '../../../src/core/wire/flow.ts';
import { flowCommunityId } from '../../../src/core/wire/flow-community-id.ts';

/** The words of an address, by their names in a packet. */
const words = (side: 'src' | 'dst', text: string) => {
  const bytes = Buffer.from(parseIp(text)!.bytes);
  const at = (index: number): number => (4 * index < bytes.length ? bytes.readInt32BE(4 * index) : 0);
  return Object.fromEntries([0, 1, 2, 3].map((index) => [`${side}${index}`, at(index)]));
};
const flow = (ipVersion: number, a: string, b: string, transport = 6): Flow =>
  new Flow(0, transport, { ipVersion, ...words('src', a), ...words('dst', b) } as unknown as Addresses, 63_943, 25);

test('of IPv6, every byte of both addresses', () => {
  const [a, b] = ['2001:470:e5bf:dead:4957:2174:e82c:4887', '2607:f8b0:400c:c03:1:2:3:1a'];
  const id = communityId(6, parseIp(a)!.bytes, 63_943, parseIp(b)!.bytes, 25);
  expect(flowCommunityId(flow(6, a, b))).toBe(id);
  expect(flowCommunityId(flow(6, '2001:470:e5bf:dead:4957:2174:e82c:4887', '2607:f8b0:400c:c03::1a'))).toBe(
    '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=',
  );
});

test('an address of IPv4 holds nothing of IPv6 that was read before it', () => {
  const id = communityId(132, Uint8Array.of(200, 1, 2, 3), 63_943, Uint8Array.of(4, 255, 6, 7), 25);
  expect(flowCommunityId(flow(4, '200.1.2.3', '4.255.6.7', 132))).toBe(id);
});

test('none without addresses', () => expect(flowCommunityId(flow(0, '::', '::'))).toBeNull());
