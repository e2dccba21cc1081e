import { section } from '../record/table.ts';
import { type ProcessTrafficRow, processTraffic } from '../record/tables/process-traffic.ts';
import type { Packet } from '../wire/packet.ts';
import { INWARD, OUTWARD, processDirection, processId, processName } from '../wire/pktap.ts';
import type { OpenStatistic } from './statistic.ts';

/** Process numbers are 17 bits on macOS; a forged capture may name any, and those beyond count as nobody's. */
const MOST_PROCESSES = 131_072;

class Counts {
  readonly process: string | null;
  readonly pid: number | null;
  packets = 0;
  bytes = 0;
  txPackets = 0;
  rxPackets = 0;
  txBytes = 0;
  rxBytes = 0;

  constructor(process: string | null, pid: number | null) {
    this.process = process;
    this.pid = pid;
  }
}

/** Packets by the process that the capture names. */
export function openProcesses(): OpenStatistic {
  const nobody = new Counts(null, null);
  const known = new Map<number, Counts>();

  const countsOf = (packet: Packet): Counts => {
    const pid = processId(packet);
    if (pid < 0) return nobody;
    let counts = known.get(pid);
    if (counts === undefined) {
      if (known.size === MOST_PROCESSES) return nobody;
      counts = new Counts(processName(packet), pid);
      known.set(pid, counts);
    }
    return counts;
  };

  return {
    ingest(packet: Packet): void {
      const counts = countsOf(packet);
      counts.packets++;
      counts.bytes += packet.length;
      const direction = processDirection(packet);
      if (direction === OUTWARD) {
        counts.txPackets++;
        counts.txBytes += packet.length;
      } else if (direction === INWARD) {
        counts.rxPackets++;
        counts.rxBytes += packet.length;
      }
    },
    sections() {
      const rows = [...known.values(), nobody].filter(({ packets }) => packets > 0).map(rowOf);
      return [
        section(
          processTraffic,
          rows.sort((a, b) => b.bytes - a.bytes),
        ),
      ];
    },
  };
}

function rowOf(counts: Counts): ProcessTrafficRow {
  const { process, pid, packets, bytes, txPackets, rxPackets, txBytes, rxBytes } = counts;
  const directed = txPackets + rxPackets > 0;
  return {
    process,
    pid,
    packets,
    bytes,
    tx_packets: directed ? txPackets : null,
    rx_packets: directed ? rxPackets : null,
    tx_bytes: directed ? txBytes : null,
    rx_bytes: directed ? rxBytes : null,
  };
}
