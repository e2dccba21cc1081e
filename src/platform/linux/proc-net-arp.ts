import { parseIpv4 } from '../../core/net/ip-address.ts';
import type { NeighborRow } from '../../core/record/tables/network-config.ts';
import { eachWholeLine } from './text-lines.ts';

/** ATF_* (include/uapi/linux/if_arp.h). */
const ATF_COM = 0x2;
const ATF_PERM = 0x4;

const LINE = /^([0-9.]+) +0x[0-9a-f]+ +0x([0-9a-f]+) +([0-9a-f:]+) +\S+ +(\S+)$/;

/**
 * /proc/net/arp (proc(5)): IPv4 neighbours. The file tells complete entries apart from others and no more: a complete
 * one has an unknown state, any other is INCOMPLETE.
 */
export function parseArp(text: string): NeighborRow[] {
  const rows: NeighborRow[] = [];
  eachWholeLine(text, (line) => {
    const match = LINE.exec(line);
    if (match === null || parseIpv4(match[1]!) === null) return;
    const flags = Number.parseInt(match[2]!, 16);
    const complete = (flags & ATF_COM) !== 0;
    rows.push({
      addr: match[1]!,
      mac: complete && match[3]!.length === 17 ? match[3]! : null,
      iface: match[4]!,
      state: (flags & ATF_PERM) !== 0 ? 'PERMANENT' : complete ? null : 'INCOMPLETE',
      host: null,
      vendor: null,
    });
  });
  return rows;
}
