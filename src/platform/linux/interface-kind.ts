import type { IfaceKind } from '../../core/record/tables/iface.ts';

/** What the kernel says about an interface that decides its kind. */
export interface KindEvidence {
  /** ARPHRD_* (include/uapi/linux/if_arp.h). */
  readonly hardwareType: number | null;
  /** Name of the driver kind, as in `ip link add ... type KIND`; null for hardware. */
  readonly driver: string | null;
  /** A tun device that carries Ethernet frames. */
  readonly tap: boolean;
  /** The radio is known to cfg80211 or the wireless extensions. */
  readonly wireless: boolean;
}

const BY_DRIVER: ReadonlyMap<string, IfaceKind> = new Map([
  ['bridge', 'bridge'],
  ['bond', 'bond'],
  ['vlan', 'vlan'],
  ['macvlan', 'macvlan'],
  ['macvtap', 'macvtap'],
  ['ipvlan', 'ipvlan'],
  ['ipvtap', 'ipvlan'],
  ['veth', 'veth'],
  ['tun', 'tun'],
  ['wireguard', 'wireguard'],
  ['vxlan', 'vxlan'],
  ['geneve', 'geneve'],
  ['gre', 'gre'],
  ['gretap', 'gre'],
  ['ip6gre', 'gre'],
  ['ip6gretap', 'gre'],
  ['erspan', 'gre'],
  ['ip6erspan', 'gre'],
  ['ipip', 'ipip'],
  ['ip6tnl', 'ipip'],
  ['sit', 'sit'],
  ['vti', 'vti'],
  ['vti6', 'vti'],
  ['xfrm', 'xfrm'],
  ['dummy', 'dummy'],
  ['ifb', 'ifb'],
  ['team', 'team'],
  ['vrf', 'vrf'],
  ['ppp', 'ppp'],
  ['can', 'can'],
  ['vcan', 'can'],
  ['vxcan', 'can'],
  ['ipoib', 'infiniband'],
  ['dsa', 'ethernet'], // a port of a switch chip
  ['wlan', 'wifi'],
  ['virt_wifi', 'wifi'],
]);

const BY_HARDWARE: ReadonlyMap<number, IfaceKind> = new Map([
  [1, 'ethernet'],
  [32, 'infiniband'],
  [280, 'can'],
  [512, 'ppp'],
  [768, 'ipip'],
  [769, 'ipip'], // over IPv6
  [772, 'loopback'],
  [776, 'sit'],
  [778, 'gre'],
  [801, 'wifi'],
  [802, 'wifi'], // with Prism headers: monitor mode
  [803, 'wifi'], // with radiotap headers: monitor mode
  [823, 'gre'], // over IPv6
]);

/** The kind of an interface; `other` for what the list has no name for. */
export function interfaceKind({ hardwareType, driver, tap, wireless }: KindEvidence): IfaceKind {
  if (wireless) return 'wifi';
  if (driver === 'tun' && tap) return 'tap';
  if (driver !== null) return BY_DRIVER.get(driver) ?? 'other';
  return BY_HARDWARE.get(hardwareType ?? -1) ?? 'other';
}
