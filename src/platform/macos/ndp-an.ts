import type { NeighborRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import { columnsOf, completeLines } from './columns.ts';
import { parseMac } from './mac-address.ts';
import { parseZonedAddress } from './zoned-address.ts';

/** ndp's letters (ND6_LLINFO_*); N has no state yet. */
const STATES: ReadonlyMap<string, string> = new Map([
  ['N', 'INCOMPLETE'],
  ['I', 'INCOMPLETE'],
  ['R', 'REACHABLE'],
  ['S', 'STALE'],
  ['D', 'DELAY'],
  ['P', 'PROBE'],
]);

/** The IPv6 neighbour table. Throws Failure 69. */
export async function readNdp(host: Host): Promise<NeighborRow[]> {
  return parseNdp(await host.run('ndp', ['-an']));
}

/** The table of `ndp -an` (dump in ndp.c): Neighbor, Linklayer Address, Netif, Expire, St; other lines are left out. */
export function parseNdp(text: string): NeighborRow[] {
  const neighbors: NeighborRow[] = [];
  for (const line of completeLines(text)) {
    const [neighbor = '', hardware = '', iface = '', expire = '', letter = ''] = columnsOf(line);
    const address = parseZonedAddress(neighbor);
    const state = expire === 'permanent' ? 'PERMANENT' : STATES.get(letter);
    if (address === null || state === undefined) continue;
    neighbors.push({ addr: address.addr, mac: parseMac(hardware), iface, state, host: null, vendor: null });
  }
  return neighbors;
}
