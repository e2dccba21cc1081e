import { parsePrefix, prefixTest } from '../net/ip-prefix.ts';

/** IANA special-purpose registries: what is not routed in the Internet, or does not mean one host. */
const NOT_GLOBAL = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ...['192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
  ...['::/128', '::1/128', '2001:db8::/32', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
].map((block) => prefixTest(parsePrefix(block)!));

/** An address of one host in the Internet. */
export const isGlobal = (addr: string): boolean => !NOT_GLOBAL.some((holds) => holds(addr));

const GROUP_V4 = /^(22[4-9]|23\d)\.|^255\.255\.255\.255$/;

/** Of a group, or of all. The broadcast address of a network is not known without its mask. */
export const isMulticast = (addr: string): boolean => addr.startsWith('ff') || GROUP_V4.test(addr);
