import type { IfconfigInterface } from './ifconfig.ts';

/** Where addresses live. */
export interface Places {
  /** Index of the interface that a zone names, by name or in decimal; 0 for none. */
  indexOf(zone: string | null): number;
  /** Name of the interface with an index, or null. */
  nameOf(index: number): string | null;
  /** Name of the interface that holds an address, or null. */
  holderOf(addr: string): string | null;
}

/** Looks addresses up among the interfaces of one reading. */
export function placesOf(interfaces: readonly IfconfigInterface[]): Places {
  const indexes = new Map<string, number>();
  const names = new Map<number, string>();
  const holders = new Map<string, string>();
  for (const { name, index, ipv4, ipv6 } of interfaces) {
    indexes.set(name, index);
    names.set(index, name);
    for (const address of [...ipv4, ...ipv6]) holders.set(address.slice(0, address.indexOf('/')), name);
  }
  return {
    indexOf: (zone) => (zone === null ? 0 : (indexes.get(zone) ?? (/^[0-9]{1,9}$/.test(zone) ? Number(zone) : 0))),
    nameOf: (index) => names.get(index) ?? null,
    holderOf: (addr) => holders.get(addr) ?? null,
  };
}
