import { expect, test } from 'vitest';
import { parseWhoisOperand } from '../../../src/core/place/whois-operand.ts';

const IPV4 = 'an IPv4 address has four parts without leading zeros: 192.0.2.1';

test.each([
  ['8.8.8.8/33', '/33 is longer than such an address, which has 32 bits'],
  ['2001:db8::/129', '/129 is longer than such an address, which has 128 bits'],
  ['8.8.8/24', IPV4],
  ['300.1.1.1', IPV4],
  ['13335', 'an autonomous system is written AS13335'],
  ['example.org', 'netwatch probe dns:///example.org finds the addresses of a name'],
  ['foo/33', 'such as 192.0.2.1, 2001:db8::/32, AS64496 or 00:00:5e:00:53:01'],
])('%s is refused with what would be right', (typed, hint) => {
  const message = `"${typed}" is no address, prefix, AS number or hardware address`;
  expect(() => parseWhoisOperand(typed)).toThrow(expect.objectContaining({ exit: 64, message, hint }));
});
