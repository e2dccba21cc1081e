import { parseIp } from '../net/ip-address.ts';
import { locatedAddress } from '../net/located-address.ts';
import { specialBlockOf } from '../net/special-purpose.ts';

/** An address of one host in the Internet, also one that carries such an address of IPv4 (NAT64, 6to4, Teredo). */
export const isGlobal = (addr: string): boolean => locatedAddress(addr) !== null;

/** Of a group, or of all. The broadcast address of a network is not known without its mask. */
export function isMulticast(addr: string): boolean {
  const address = parseIp(addr);
  const scope = address === null ? null : specialBlockOf(address)?.scope;
  return scope === 'multicast' || scope === 'broadcast';
}
