import type { PacketOwner } from '../capture/packet-owners.ts';
import { section } from '../record/table.ts';
import { type ProcessTrafficRow, processTraffic } from '../record/tables/process-traffic.ts';
import type { Packet } from '../wire/packet.ts';
import type { StatisticOptions } from './all.ts';
import type { OpenStatistic } from './statistic.ts';

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

  count(bytes: number): void {
    this.packets++;
    this.bytes += bytes;
  }

  send(bytes: number): void {
    this.count(bytes);
    this.txPackets++;
    this.txBytes += bytes;
  }

  receive(bytes: number): void {
    this.count(bytes);
    this.rxPackets++;
    this.rxBytes += bytes;
  }
}

/** Packets by the processes that sent and received them; one between two processes of the machine counts for both. */
export function openProcesses({ owners }: StatisticOptions): OpenStatistic {
  const nobody = new Counts(null, null);
  const known = new Map<PacketOwner, Counts>();

  const countsOf = (owner: PacketOwner): Counts => {
    let counts = known.get(owner);
    if (counts === undefined) {
      counts = new Counts(owner.process, owner.pid);
      known.set(owner, counts);
    }
    return counts;
  };

  return {
    ingest(packet: Packet): void {
      const { length } = packet;
      const sender = owners.senderOf(packet);
      const receiver = owners.receiverOf(packet);
      if (sender !== null) countsOf(sender).send(length);
      if (receiver !== null) countsOf(receiver).receive(length);
      if (sender === null && receiver === null) nobody.count(length);
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
