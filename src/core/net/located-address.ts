import { type IpAddress, parseIp } from './ip-address.ts';
import { bareAddress, holds, parsePrefix } from './ip-prefix.ts';
import { isGlobalIp, MAPPED } from './special-purpose.ts';

/**
 * The address of a host in the Internet that `text` stands for, or null where it stands for none. An address of IPv6 that
 * carries one of IPv4 is where that one is: IPv4-mapped, NAT64 by the well-known prefix (RFC 6052), 6to4 (RFC 3056), and
 * Teredo, which has the client's inverted (RFC 4380). Addresses of all other special purposes stand for none, and neither does
 * what is no address. A zone (`%eth0`) and a prefix length are left out of account.
 */
export function locatedAddress(text: string): IpAddress | null {
  const address = parseIp(bareAddress(text));
  if (address === null) return null;
  const embedded = address.family === 'ipv6' ? embeddedIpv4(address) : null;
  const located: IpAddress = embedded === null ? address : { family: 'ipv4', bytes: embedded };
  return isGlobalIp(located) ? located : null;
}

const NAT64 = parsePrefix('64:ff9b::/96')!;
const SIX_TO_FOUR = parsePrefix('2002::/16')!;
const TEREDO = parsePrefix('2001::/32')!;

function embeddedIpv4(address: IpAddress): Uint8Array | null {
  const { bytes } = address;
  const whole = { ...address, length: 128 };
  if (holds(MAPPED, whole) || holds(NAT64, whole)) return bytes.slice(12, 16);
  if (holds(SIX_TO_FOUR, whole)) return bytes.slice(2, 6);
  if (holds(TEREDO, whole)) return bytes.slice(12, 16).map((byte) => byte ^ 0xff);
  return null;
}
