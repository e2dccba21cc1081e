import { formatIpv6 } from '../../core/net/ip-address.ts';
import { eachWholeLine } from './text-lines.ts';

/** An IPv6 address as /proc/net/if_inet6 lists it. */
export interface Inet6Address {
  readonly iface: string;
  /** With prefix length. */
  readonly cidr: string;
}

const LINE = /^([0-9a-f]{32}) [0-9a-f]+ ([0-9a-f]{2}) [0-9a-f]{2} [0-9a-f]{2,} +(\S+)$/;

/** /proc/net/if_inet6 (if6_seq_show, net/ipv6/addrconf.c): address, index, prefix length, scope, flags, name. */
export function parseIfInet6(text: string): Inet6Address[] {
  const addresses: Inet6Address[] = [];
  eachWholeLine(text, (line) => {
    const match = LINE.exec(line);
    if (match === null) return;
    const prefixLength = Number.parseInt(match[2]!, 16);
    if (prefixLength > 128) return;
    addresses.push({ iface: match[3]!, cidr: `${formatIpv6(Buffer.from(match[1]!, 'hex'))}/${prefixLength}` });
  });
  return addresses;
}
