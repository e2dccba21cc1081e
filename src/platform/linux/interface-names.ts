import type { Host } from '../../core/system/host.ts';
import { readInterfaces } from './interfaces.ts';
import type { NetworkNamespace } from './netns.ts';
import { readRows } from './rtnetlink.ts';
import { readAddresses } from './rtnetlink-addr.ts';
import { readLinks } from './rtnetlink-link.ts';

/** Which interface an index or an address belongs to. */
export interface InterfaceNames {
  readonly byIndex: ReadonlyMap<number, string>;
  readonly byAddress: ReadonlyMap<string, string>;
}

/** The interfaces of a namespace, or of our own; nothing where they cannot be read, since sockets are listed without. */
export function readInterfaceNames(host: Host, netns: NetworkNamespace | null): InterfaceNames {
  const byIndex = new Map<number, string>();
  const byAddress = new Map<string, string>();
  try {
    readRows<void>(
      host,
      netns,
      'interfaces of some sockets',
      (netlink) => {
        for (const { index, name } of readLinks(netlink)) byIndex.set(index, name);
        for (const { index, addr } of readAddresses(netlink)) byAddress.set(addr, byIndex.get(index) ?? `if${index}`);
        return [];
      },
      () => {
        for (const { index, name, ipv4, ipv6 } of readInterfaces(host, null).rows) {
          byIndex.set(index, name);
          for (const cidr of [...ipv4, ...ipv6]) byAddress.set(cidr.slice(0, cidr.indexOf('/')), name);
        }
        return [];
      },
    );
  } catch {
    // said by `ifaces`
  }
  return { byIndex, byAddress };
}
