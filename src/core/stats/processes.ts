import type { PacketOwner } from '../packet/packet-owners.ts';
import { section } from '../record/table.ts';
import { type ProcessTrafficRow, processTraffic } from '../record/tables/process-traffic.ts';
import type { Direction } from '../wire/direction.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';
import type { OpenStatistic, StatisticOptions } from './statistic.ts';

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

  count(bytes: number, packets = 1): void {
    this.packets += packets;
    this.bytes += bytes;
  }

  send(bytes: number, packets = 1): void {
    this.count(bytes, packets);
    this.txPackets += packets;
    this.txBytes += bytes;
  }

  receive(bytes: number, packets = 1): void {
    this.count(bytes, packets);
    this.rxPackets += packets;
    this.rxBytes += bytes;
  }
}

/** The most flows that may wait for owners; beyond that, what the older half still lacks is counted for no process. */
const MOST_WAITING = 20_000;

/** Packets of one direction whose owners are not known yet: neither of them, or one of them. */
class Waiting {
  readonly neither = new Lack();
  readonly sender = new Lack();
  readonly receiver = new Lack();
}

class Lack {
  packets = 0;
  bytes = 0;

  add({ packets, bytes }: Lack): void {
    this.packets += packets;
    this.bytes += bytes;
  }

  clear(): void {
    this.packets = 0;
    this.bytes = 0;
  }
}

/** Packets by the processes that sent and received them; one between two processes of the machine counts for both. Owners may become known after their packets. */
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

  const waiting = new Map<Flow, readonly [Waiting, Waiting]>();

  /** Sets a packet aside until all its owners are known. */
  const wait = (
    flow: Flow,
    direction: Direction,
    length: number,
    lacksSender: boolean,
    lacksReceiver: boolean,
  ): void => {
    let waits = waiting.get(flow);
    if (waits === undefined) {
      waits = [new Waiting(), new Waiting()];
      waiting.set(flow, waits);
      if (waiting.size > MOST_WAITING) forgetOlder();
    }
    const { neither, sender, receiver } = waits[direction];
    const lack = lacksSender && lacksReceiver ? neither : lacksSender ? sender : receiver;
    lack.packets++;
    lack.bytes += length;
  };

  const forgetOlder = (): void => {
    let left = waiting.size / 2;
    for (const [flow, waits] of waiting) {
      if (left-- <= 0) return;
      settle(flow, waits);
      for (const { neither } of waits) nobody.count(neither.bytes, neither.packets);
      waiting.delete(flow);
    }
  };

  /** Counts the waiting packets for the owners that are known by now. */
  const settle = (flow: Flow, waits: readonly [Waiting, Waiting]): void => {
    const { a, b } = owners.sidesOf(flow);
    for (const direction of [0, 1] as const) {
      const { neither, sender, receiver } = waits[direction];
      const [from, to] = direction === 0 ? [a, b] : [b, a];
      if (from !== null) {
        countsOf(from).send(neither.bytes + sender.bytes, neither.packets + sender.packets);
        sender.clear();
      }
      if (to !== null) {
        countsOf(to).receive(neither.bytes + receiver.bytes, neither.packets + receiver.packets);
        receiver.clear();
      }
      if (from === null && to === null) continue;
      // what one side is known of now waits for the other
      if (from === null) sender.add(neither);
      if (to === null) receiver.add(neither);
      neither.clear();
    }
  };

  return {
    ingest(packet: Packet): void {
      const { length, flow } = packet;
      const sender = owners.senderOf(packet);
      const receiver = owners.receiverOf(packet);
      if (sender !== null) countsOf(sender).send(length);
      if (receiver !== null) countsOf(receiver).receive(length);
      if (sender !== null && receiver !== null) return;
      if (flow !== null && owners.learns === true) {
        wait(flow, packet.direction, length, sender === null, receiver === null);
      } else if (sender === null && receiver === null) nobody.count(length);
    },
    sections() {
      for (const [flow, waits] of waiting) settle(flow, waits);
      const unknown = new Counts(null, null);
      unknown.count(nobody.bytes, nobody.packets);
      for (const [a, b] of waiting.values()) {
        unknown.count(a.neither.bytes + b.neither.bytes, a.neither.packets + b.neither.packets);
      }
      const rows = [...known.values(), unknown].filter(({ packets }) => packets > 0).map(rowOf);
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
