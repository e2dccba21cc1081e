import type { IfaceKind } from '../../core/record/tables/iface.ts';
import type { IfconfigInterface } from './ifconfig.ts';

/** By the letters the name begins with; Darwin names interfaces after their driver. */
const KINDS: ReadonlyMap<string, IfaceKind> = new Map([
  ['lo', 'loopback'],
  ['bridge', 'bridge'],
  ['bond', 'bond'],
  ['vlan', 'vlan'],
  ['utun', 'tun'],
  ['tun', 'tun'],
  ['ipsec', 'tun'],
  ['tap', 'tap'],
  ['feth', 'veth'], // pairs of fake Ethernet interfaces
  ['gif', 'ipip'],
  ['stf', 'sit'], // 6to4
  ['ppp', 'ppp'],
  ['awdl', 'wifi'], // Apple Wireless Direct Link
  ['llw', 'wifi'], // its low-latency companion
  ['p2p', 'wifi'],
  ['ap', 'wifi'],
]);

/** What an interface is. */
export function interfaceKind({ name, type, mac }: IfconfigInterface): IfaceKind {
  if (type === 'Wi-Fi') return 'wifi';
  const byName = KINDS.get(name.replace(/[0-9]+$/, ''));
  return byName ?? (mac !== null ? 'ethernet' : 'other');
}
