import { expect, test } from 'vitest';
import { ascii, ethernet, ipv6, type Octets, octets, tcp, u32, udp } from '../../support/headers.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';
import { dissectFrame, everyPrefixAndFlip, print } from '../../support/wire.ts';

const UDP = udp(40_000, 40_001, ascii('hello'));
/** Extension headers (RFC 8200, 4): the number of each, and what stands behind its first byte. */
const HOP = [0, '00 0104 00000000'] as const;
const ROUTING = [43, '02 04 00 00000000 20010db8000000000000000000000003'] as const;
const OPTIONS = [60, '00 0104 00000000'] as const;
const AUTHENTICATION = [51, '04 0000 00000001 00000001 000000000000000000000000'] as const;
const ATOMIC = [44, '00 0000 00000001'] as const;
type Extension = readonly [number: number, rest: string];

/** An IPv6 packet with these headers before its payload. */
function chain(headers: readonly Extension[], last = 17, payload: Octets = UDP): number[] {
  let bytes: Octets = payload;
  let next = last;
  for (const [number, rest] of headers.toReversed()) {
    bytes = [next, ...octets(rest), ...bytes];
    next = number;
  }
  return ethernet(0x86dd, ipv6(next, bytes));
}

const READ: [name: string, headers: readonly Extension[]][] = [
  ['none', []],
  ['hop-by-hop options', [HOP]],
  ['routing', [ROUTING]],
  ['destination options', [OPTIONS]],
  ['authentication, whose length has another unit (RFC 4302, 2.2)', [AUTHENTICATION]],
  ['an atomic fragment (RFC 6946)', [ATOMIC]],
  ['all of them', [HOP, OPTIONS, ROUTING, ATOMIC, AUTHENTICATION, OPTIONS]],
];

const portOf = (frame: Octets): number => dissectFrame(Uint8Array.from(frame)).dstPort;

test.each(READ)('what follows extension headers is found: %s', (_, headers) => {
  expect(portOf(chain(headers))).toBe(40_001);
  everyPrefixAndFlip(Uint8Array.from(chain(headers)));
});

test.skipIf(toolIsMissing('tshark'))('tshark finds the same', () => {
  const frames = READ.map(([, headers]) => ({ bytes: Uint8Array.from(chain(headers)) }));
  expect(tsharkFields(frames, ['udp.dstport'])).toEqual(READ.map(() => '40001'));
});

test.each([
  ['no next header', 59],
  ['mobility', 135],
  ['HIP', 139],
  ['shim6', 140],
  ['a protocol nobody knows', 253],
])('a packet ends in %s', (_, last) => {
  const packet = dissectFrame(Uint8Array.from(chain([HOP], last, octets('3b 00 00 00 0000 0000'))));
  expect([packet.layerCount, packet.transport, packet.malformed]).toEqual([2, 0, false]);
});

test('a chain of headers that is longer than any real one is malformed', () => {
  const malformed = (length: number): boolean =>
    dissectFrame(Uint8Array.from(chain(new Array<Extension>(length).fill(OPTIONS)))).malformed;
  expect([malformed(8), malformed(9), malformed(60)]).toEqual([false, true, true]);
});

test('a header that says it is longer than the packet', () => {
  const packet = dissectFrame(Uint8Array.from(chain([[60, 'ff 0104 00000000']])));
  expect([packet.malformed, packet.transport]).toEqual([true, 0]);
});

test('the payload ends where its length says, and padding of the link does not count', () => {
  const frame = [...chain([]), 1, 2, 3, 4];
  const { payloadLength, payloadEnd } = dissectFrame(Uint8Array.from(frame));
  expect([payloadLength, payloadEnd]).toEqual([5, frame.length - 4]);
});

test('a jumbogram has no length (RFC 2675)', () => {
  const jumbo = ethernet(0x86dd, ipv6(0, [17, 0, 0xc2, 4, 0, 1, 0, 0, ...UDP], 0));
  expect(portOf(jumbo)).toBe(40_001);
});

test('a jumbogram ends where its option says', () => {
  const option = (length: number): number[] => [17, 0, 0xc2, 4, ...u32(length)];
  const big = [...UDP.with(4, 0).with(5, 0), ...new Array<number>(70_000).fill(0)];
  const length = 8 + big.length;
  const whole = dissectFrame(
    Uint8Array.from([...ethernet(0x86dd, ipv6(0, [...option(length), ...big], 0)), 1, 2, 3, 4]),
  );
  expect([whole.dstPort, whole.payloadLength, whole.malformed]).toEqual([40_001, big.length - 8, false]);
  const cut = Uint8Array.from(ethernet(0x86dd, ipv6(0, [...option(length), ...big], 0)));
  const { payloadLength, payloadEnd, payloadStart } = dissectFrame(cut.subarray(0, 100), 1, undefined, {
    length: cut.length,
  });
  expect([payloadLength, payloadEnd - payloadStart]).toEqual([big.length - 8, 100 - 14 - 40 - 8 - 8]);
});

test.each([
  ['the option behind another and padding', [17, 1, 1, 1, 0, 0, 0xc2, 4, ...u32(29), 1, 2, 0, 0]],
  ['no such option: the frame says it', [17, 0, 1, 4, 0, 0, 0, 0]],
  ['options that reach past their header', [17, 0, 5, 200, 0, 0, 0, 0]],
])('a length of 0, %s', (_, header) => {
  const frame = ethernet(0x86dd, ipv6(0, [...header, ...UDP], 0));
  const { dstPort, payloadLength, malformed } = dissectFrame(Uint8Array.from(frame));
  expect([dstPort, payloadLength, malformed]).toEqual([40_001, 5, false]);
});

test.each([
  ['TCP', 6, tcp({}, new Array<number>(80_000).fill(1)), 80_000],
  ['UDP', 17, udp(40_000, 40_001, new Array<number>(70_000).fill(1), 0), 70_000],
])('a length of 0 before %s: segmentation was left to the network card', (_, next, payload, length) => {
  const packet = dissectFrame(Uint8Array.from(ethernet(0x86dd, ipv6(next, payload, 0))));
  expect([packet.transport, packet.payloadLength, packet.malformed]).toEqual([next, length, false]);
});

test('a length of 0 before anything else is one', () => {
  const packet = dissectFrame(Uint8Array.from([...ethernet(0x86dd, ipv6(59, [], 0)), ...new Array<number>(6).fill(0)]));
  expect([packet.layerCount, packet.end - packet.offset, packet.malformed]).toEqual([2, 0, false]);
});

test('an address is of version 6 only', () => {
  const packet = dissectFrame(Uint8Array.from(chain([]).with(14, 0x40)));
  expect([packet.malformed, packet.ipVersion]).toEqual([true, 0]);
});

test('the fields of a header have their values and widths', () => {
  const { fields } = print(
    dissectFrame(Uint8Array.from(chain([]).with(14, 0x6b).with(15, 0x81).with(16, 2).with(17, 3))),
  );
  expect(fields).toEqual(
    expect.arrayContaining([
      ...['Traffic Class: 0xb8', 'Flow Label: 0x10203', 'Payload Length: 13', 'Next Header: 17', 'Hop Limit: 64'],
      ...['Source Address: 2001:db8::1', 'Destination Address: 2001:db8::2'],
    ]),
  );
});
