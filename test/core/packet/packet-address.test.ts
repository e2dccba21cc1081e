import { expect, test } from 'vitest';
import { parsePrefix } from '../../../src/core/net/ip-prefix.ts';
import { addressTest, type Side } from '../../../src/core/packet/packet-address.ts';
import { udpFrame } from '../../support/frames.ts';
import { ethernet, ipv4, ipv4Frame, ipv6, udp } from '../../support/headers.ts';
import { dissectFrame, hex } from '../../support/wire.ts';

const ARP = hex('ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002');
const V4 = udpFrame({ from: [10, 1, 2, 3], to: [10, 1, 2, 4], srcPort: 1000, dstPort: 2000 }, [1]);
const V6 = hex(
  `020000000001 020000000002 86dd 60000000 0008 11 40 20010db8000000010000000000000001
   20010db8000000020000000080000002 1000 2000 0008 0000`,
);
const verdict = (block: string, side: Side, frame: Uint8Array) =>
  addressTest(parsePrefix(block)!, side)(dissectFrame(frame));
const sides = (block: string, frame: Uint8Array) =>
  (['src', 'dst', 'either'] as const).map((side) => verdict(block, side, frame));

test.each<[string, (boolean | null)[], Uint8Array]>([
  ['10.1.2.3', [true, false, true], V4],
  ['10.1.2.4', [false, true, true], V4],
  ['10.1.2.2', [false, false, false], V4],
  ['10.1.2.2/31', [true, false, true], V4],
  ['10.1.2.4/31', [false, true, true], V4],
  ['10.1.2.0/29', [true, true, true], V4],
  ['11.1.2.3', [false, false, false], V4],
  ['0.0.0.0/0', [true, true, true], V4],
  ['128.0.0.0/1', [false, false, false], V4],
  ['2001:db8::/32', [false, false, false], V4],
  ['2001:db8:0:1::1', [true, false, true], V6],
  ['2001:db8:0:2::8000:2', [false, true, true], V6],
  ['2001:db8:0:2::2', [false, false, false], V6],
  ['2001:db8:0:2::8000:3', [false, false, false], V6],
  ['2001:db8:0:2::8000:0/97', [false, true, true], V6],
  ['2001:db8:0:2::/97', [false, false, false], V6],
  ['2001:db8:0:1::/64', [true, false, true], V6],
  ['2001:db8:0:2::/63', [false, true, true], V6],
  ['2001:db8::/32', [true, true, true], V6],
  ['2001:db9::/32', [false, false, false], V6],
  ['::/0', [true, true, true], V6],
  ['10.1.2.3', [false, false, false], V6],
  ['0.0.0.0/0', [null, null, null], ARP],
  ['::/0', [null, null, null], ARP],
])('%s: %j', (block, expected, frame) => {
  expect(sides(block, frame)).toEqual(expected);
});

test('headers in a tunnel count, those that an error quotes do not, nor those that are cut', () => {
  const inner = ipv4(17, udp(1, 2, [1]), { from: [172, 16, 0, 1] });
  expect(sides('172.16.0.1', ipv4Frame(4, inner))).toEqual([true, false, true]);
  expect(sides('172.16.0.1', ipv4Frame(1, [3, 3, 0, 0, 0, 0, 0, 0, ...inner]))).toEqual([false, false, false]);
  const six = Uint8Array.from(ethernet(0x86dd, ipv6(17, udp(1, 2, [1]))));
  expect(verdict('::/0', 'either', six)).toBe(true);
  expect(verdict('::/0', 'either', six.slice(0, 14 + 40))).toBe(true);
  expect(verdict('::/0', 'either', six.slice(0, 14 + 39))).not.toBe(true);
});
