import { section } from '../record/table.ts';
import { type ExpertRow, expert } from '../record/tables/expert.ts';
import { EXPERTS } from '../wire/expert.ts';
import type { Packet } from '../wire/packet.ts';
import type { OpenStatistic } from './statistic.ts';

const ORDER = { error: 0, warn: 1, note: 2, chat: 3 };

/** Expert items, counted: the gravest first. */
export function openExpert(): OpenStatistic {
  const packets = new Float64Array(256);
  const firsts = new Float64Array(256);
  return {
    ingest({ experts, expertCount, number }: Packet): void {
      for (let index = 0; index < expertCount; index++) {
        const id = experts[index]!;
        if (packets[id]!++ === 0) firsts[id] = number;
      }
    },
    sections() {
      const rows: ExpertRow[] = EXPERTS.filter((one) => packets[one.number]! > 0).map((one) => ({
        id: one.id,
        severity: one.severity,
        group: one.group,
        summary: one.summary,
        packets: packets[one.number]!,
        first_packet: firsts[one.number]!,
      }));
      rows.sort((a, b) => ORDER[a.severity] - ORDER[b.severity] || b.packets - a.packets);
      return [section(expert, rows)];
    },
  };
}
