import type { Host } from '../../core/system/host.ts';
import type { InterfaceCounters } from '../machine/interface-counters.ts';
import { columnsOf, completeLines, wholeNumber } from './columns.ts';

/** Counters by interface index; macOS counts no drops on the way in and no multicast here. Throws Failure 69. */
export async function readInterfaceCounters(host: Host): Promise<Map<number, InterfaceCounters>> {
  return parseInterfaceCounters(await host.run('netstat', ['-ibdnl']));
}

/**
 * The table of `netstat -ibdnl` (intpr in netstat's if.c). The row of the link layer, `<Link#4>`, holds the counters of the
 * interface; the address beside it may be missing, so columns count from the right.
 */
export function parseInterfaceCounters(text: string): Map<number, InterfaceCounters> {
  const counters = new Map<number, InterfaceCounters>();
  let heading: string[] = [];
  for (const line of completeLines(text)) {
    const columns = columnsOf(line);
    if (columns[0] === 'Name') heading = columns;
    const index = wholeNumber(/^<Link#([0-9]+)>$/.exec(columns[2] ?? '')?.[1]);
    if (index === null) continue;
    counters.set(index, {
      rx_bytes: countUnder('Ibytes', heading, columns),
      tx_bytes: countUnder('Obytes', heading, columns),
      rx_packets: countUnder('Ipkts', heading, columns),
      tx_packets: countUnder('Opkts', heading, columns),
      rx_errors: countUnder('Ierrs', heading, columns),
      tx_errors: countUnder('Oerrs', heading, columns),
      rx_dropped: null,
      tx_dropped: countUnder('Drop', heading, columns), // of the send queue (ifm_snd_drops)
      collisions: countUnder('Coll', heading, columns),
      multicast: null,
    });
  }
  return counters;
}

/** The count under a heading; null when this release prints no such column. */
function countUnder(name: string, heading: readonly string[], columns: readonly string[]): number | null {
  const at = heading.indexOf(name);
  return at < 0 ? null : wholeNumber(columns[columns.length - (heading.length - at)]);
}
