import type { NeighborRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import { completeLines } from './columns.ts';
import { parseMac } from './mac-address.ts';
import { parseZonedAddress } from './zoned-address.ts';

/** The ARP table. Throws Failure 69. */
export async function readArp(host: Host): Promise<NeighborRow[]> {
  return parseArp(await host.run('arp', ['-an']));
}

/**
 * Lines of `? (192.168.1.1) at 0:0:5e:0:53:1 on en0 ifscope [ethernet]` (print_entry in arp.c); others are left out, and so
 * are multicast and broadcast entries, which are no neighbours. arp knows no NUD states: an address with its hardware
 * address is REACHABLE, until the kernel forgets it.
 */
export function parseArp(text: string): NeighborRow[] {
  const neighbors: NeighborRow[] = [];
  for (const line of completeLines(text)) {
    const match = /^\S+ \(([0-9.]+)\) at (\S+) on (\S+)(.*)$/.exec(line);
    const address = match === null ? null : parseZonedAddress(match[1]!);
    if (match === null || address === null) continue;
    const mac = parseMac(match[2]!);
    if (mac !== null && (Number.parseInt(mac, 16) & 1) === 1) continue;
    const state = mac === null ? 'INCOMPLETE' : /\bpermanent\b/.test(match[4]!) ? 'PERMANENT' : 'REACHABLE';
    neighbors.push({ addr: address.addr, mac, iface: match[3]!, state, host: null, vendor: null });
  }
  return neighbors;
}
