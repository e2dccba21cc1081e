import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { communityId, icmpCommunityId } from '../../../src/core/net/community-id.ts';
import { parseIp } from '../../../src/core/net/ip-address.ts';
import { digest, hashMessage, message } from '../../../src/core/net/sha1-block.ts';

const bytesOf = (text: string): Uint8Array => parseIp(text)!.bytes;

/** The published vectors of the reference (seed 0): protocol, source, target, source port, target port, ID. */
const VECTORS: readonly (readonly [number, string, string, number | null, number | null, string])[] = [
  [58, 'fe80::200:86ff:fe05:80da', 'fe80::260:97ff:fe07:69ea', 135, 136, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
  [58, 'fe80::260:97ff:fe07:69ea', 'fe80::200:86ff:fe05:80da', 136, 135, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
  [58, 'fe80::260:97ff:fe07:69ea', 'fe80::200:86ff:fe05:80da', 135, 136, '1:zavyT/cezQr1fmImYCwYnMXbgck='],
  [58, 'fe80::200:86ff:fe05:80da', 'fe80::260:97ff:fe07:69ea', 136, 135, '1:zavyT/cezQr1fmImYCwYnMXbgck='],
  [58, '3ffe:501:1800:2345::2', '3ffe:507:0:1:200:86ff:fe05:80da', 3, 0, '1:2ObVBgIn28oZvibYZhZMBgh7WdQ='],
  [58, '3ffe:501:410:0:2c0:dfff:fe47:33e', '3ffe:507:0:1:200:86ff:fe05:80da', 1, 4, '1:hLZd0XGWojozrvxqE0dWB1iM6R0='],
  [58, '3ffe:507:0:1:200:86ff:fe05:80da', '3ffe:501:0:1001::2', 128, 129, '1:+TW+HtLHvV1xnGhV1lv7XoJrqQg='],
  [58, '3ffe:501:0:1001::2', '3ffe:507:0:1:200:86ff:fe05:80da', 129, 128, '1:+TW+HtLHvV1xnGhV1lv7XoJrqQg='],
  [58, 'fe80::200:86ff:fe05:80da', 'ff02::2', 133, 134, '1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0='],
  [58, 'fe80::260:97ff:fe07:69ea', 'ff02::1', 134, 133, '1:pkvHqCL88/tg1k4cPigmZXUtL00='],
  [1, '192.168.0.89', '192.168.0.1', 8, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  [1, '192.168.0.1', '192.168.0.89', 0, 8, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  [1, '10.0.0.1', '10.0.0.2', 11, 0, '1:YHxtAirCG//0OzkcVAukqKQN9xM='],
  [6, '2001:470:e5bf:dead:4957:2174:e82c:4887', '2607:f8b0:400c:c03::1a', 63943, 25, '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4='],
  [6, '2607:f8b0:400c:c03::1a', '2001:470:e5bf:dead:4957:2174:e82c:4887', 25, 63943, '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4='],
  [132, '192.168.170.8', '192.168.170.56', 7, 7, '1:MP2EtRCAUIZvTw6MxJHLV7N7JDs='],
  [132, '192.168.170.56', '192.168.170.8', 7, 7, '1:MP2EtRCAUIZvTw6MxJHLV7N7JDs='],
  [6, '128.232.110.120', '66.35.250.204', 34855, 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  [6, '66.35.250.204', '128.232.110.120', 80, 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  [17, '192.168.1.52', '8.8.8.8', 54585, 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  [17, '8.8.8.8', '192.168.1.52', 53, 54585, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  [46, '10.1.12.1', '10.1.12.2', null, null, '1:KHlLkgoJW7ifUTyTSgyVfkFHzKw='],
  [46, '10.1.12.2', '10.1.12.1', null, null, '1:KHlLkgoJW7ifUTyTSgyVfkFHzKw='],
];

test.each(VECTORS)('protocol %i, %s to %s, %s to %s', (protocol, source, target, from, to, id) => {
  const [a, b] = [bytesOf(source), bytesOf(target)];
  if (protocol === 1 || protocol === 58) expect(icmpCommunityId(protocol, a, b, from!, to!)).toBe(id);
  else expect(communityId(protocol, a, from, b, to)).toBe(id);
});

/** By node, from bytes in their order. */
const expected = (...bytes: readonly (number | Uint8Array)[]): string => {
  const all = bytes.flatMap((one) => (typeof one === 'number' ? [one] : [...one]));
  return `1:${createHash('sha1')
    .update(Uint8Array.from([0, 0, ...all]))
    .digest('base64')}`;
};

describe('the end that comes first', () => {
  const [low, high] = [Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2)];

  test('is that of the lower address, its first bytes first, whatever the ports', () => {
    const other = Uint8Array.of(9, 255, 255, 255);
    expect(communityId(6, low, 65_535, high, 1)).toBe(expected(low, high, 6, 0, 0xff, 0xff, 0, 1));
    expect(communityId(6, high, 1, low, 65_535)).toBe(expected(low, high, 6, 0, 0xff, 0xff, 0, 1));
    expect(communityId(17, low, 1, other, 2)).toBe(expected(other, low, 17, 0, 0, 2, 0, 1));
  });

  test('is that of the lower port where addresses are the same', () => {
    const id = expected(low, low, 6, 0, 0x01, 0x00, 0x02, 0x01);
    expect([communityId(6, low, 256, low, 513), communityId(6, low, 513, low, 256)]).toEqual([id, id]);
    expect(communityId(6, low, 256, low, 256)).toBe(expected(low, low, 6, 0, 1, 0, 1, 0));
    expect(communityId(89, low, null, low, null)).toBe(expected(low, low, 89, 0));
  });
});

describe('messages of ICMP', () => {
  const [low, high] = [Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2)];
  const [low6, high6] = [bytesOf('fe80::1'), bytesOf('fe80::2')];

  test.each([
    [1, 8, 0],
    [1, 13, 14],
    [1, 15, 16],
    [1, 10, 9],
    [1, 17, 18],
    [58, 128, 129],
    [58, 130, 131],
    [58, 133, 134],
    [58, 135, 136],
    [58, 139, 140],
    [58, 144, 145],
  ] as const)('protocol %i: %i and its answer %i have one ID, whatever their code', (protocol, type, answer) => {
    const [a, b] = protocol === 1 ? [low, high] : [low6, high6];
    const id = expected(a, b, protocol, 0, 0, type, 0, answer);
    expect([
      icmpCommunityId(protocol, a, b, type, 0),
      icmpCommunityId(protocol, a, b, type, 3),
      icmpCommunityId(protocol, b, a, answer, 0),
    ]).toEqual([id, id, id]);
  });

  test('others go one way: source first, with the code', () => {
    expect(icmpCommunityId(1, high, low, 3, 13)).toBe(expected(high, low, 1, 0, 0, 3, 0, 13));
    expect(icmpCommunityId(1, low, high, 128, 0)).toBe(expected(low, high, 1, 0, 0, 128, 0, 0));
    expect(icmpCommunityId(58, high6, low6, 8, 1)).toBe(expected(high6, low6, 58, 0, 0, 8, 0, 1));
  });
});

test('SHA-1 of a block is that of node, at every length', () => {
  for (let length = 0; length <= 55; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => 251 * (index + 1) * (length + 1));
    message.fill(0xff); // what was there before
    message.set(bytes);
    hashMessage(length);
    expect(digest).toEqual(createHash('sha1').update(bytes).digest());
  }
});
