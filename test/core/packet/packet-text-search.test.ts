import { expect, test } from 'vitest';
import { byteText, layerBytesTest, payloadSearch } from '../../../src/core/packet/packet-text-search.ts';
import { icmp } from '../../../src/core/wire/icmp.ts';
import { ip } from '../../../src/core/wire/ip.ts';
import { tcp } from '../../../src/core/wire/tcp.ts';
import { udp } from '../../../src/core/wire/udp.ts';
import { udpFrame } from '../../support/frames.ts';
import { ipv4, ipv4Frame, udp as udpHeader } from '../../support/headers.ts';
import { dissectFrame } from '../../support/wire.ts';

const bytesOf = (text: string): number[] => [...Buffer.from(text, 'utf8')];
const carrying = (payload: string) => dissectFrame(udpFrame({ srcPort: 4000, dstPort: 9999 }, bytesOf(payload)));

test.each<[string, string, boolean]>([
  ['needle', 'needle', true],
  ['needle', 'NEEDLE', true],
  ['NeeDle', 'a needle b', true],
  ['needle', 'needl', false],
  ['needle', 'needl.', false],
  ['needle', '', false],
  ['', '', true],
  ['é', 'caf\u00e9', true],
  ['É', 'caf\u00e9', true],
  ['é', 'cafe', false],
  // its header says so, its payload does not
  ['\u000f\u00a0', 'x', false],
])('%j in %j: %j', (text, payload, expected) => {
  expect(payloadSearch(text)(carrying(payload))).toBe(expected);
});

test('the bytes of the frame, or of a layer and all it holds, but not of one that is quoted', () => {
  const packet = carrying('Hello');
  const seen: number[] = [];
  const holds = (protocol: number | null, text: string) =>
    layerBytesTest(protocol, (bytes) => {
      seen.push(bytes.length);
      return bytes.includes(text);
    })(packet);
  expect([holds(null, 'Hello'), holds(udp.id, 'Hello'), holds(ip.id, 'Hello'), holds(udp.id, 'hello')]).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect([holds(tcp.id, 'Hello'), seen]).toEqual([null, [47, 13, 33, 13]]);
  const quoted = ipv4(17, udpHeader(4000, 9999, bytesOf('Hello')));
  const error = dissectFrame(ipv4Frame(1, [3, 3, 0, 0, 0, 0, 0, 0, ...quoted]));
  const inError = (protocol: number) => layerBytesTest(protocol, (bytes) => bytes.includes('Hello'))(error);
  expect([inError(udp.id), inError(icmp.id)]).toEqual([null, true]);
});

test('of two such layers the second may pass', () => {
  const packet = dissectFrame(ipv4Frame(4, ipv4(17, udpHeader(4000, 9999, [1, 2, 3]))));
  const lengths = (wanted: number) => layerBytesTest(ip.id, ({ length }) => length === wanted)(packet);
  expect([lengths(51), lengths(31), lengths(30)]).toEqual([true, true, false]);
});

test('UTF-8 as one character a byte', () => {
  expect(byteText('aé')).toBe('a\u00c3\u00a9');
});
