import { section } from '../record/table.ts';
import { type PortRow, portCount } from '../record/tables/port-count.ts';
import { transportName } from '../wire/flow-text.ts';
import type { OpenStatistic, StatisticsRun } from './statistic.ts';

/** Flows added up by the port of the side that did not send first. */
export function openPorts(): OpenStatistic {
  return {
    sections({ dissector }: StatisticsRun) {
      const rows = new Map<number, PortRow>();
      const apps = new Map<number, Map<string, number>>(); // of those ports alone that have some
      for (const flow of dissector.flows.flows) {
        if (flow.aPackets + flow.bPackets === 0) continue;
        const key = flow.transport * 65_536 + flow.bPort;
        let row = rows.get(key);
        if (row === undefined) {
          const proto = transportName(flow.transport);
          row = { proto, port: flow.bPort, app: null, streams: 0, packets: 0, bytes: 0 };
          rows.set(key, row);
        }
        row.streams++;
        row.packets += flow.aPackets + flow.bPackets;
        row.bytes += flow.aBytes + flow.bBytes;
        const app = flow.recognised?.name;
        if (app === undefined) continue;
        let counts = apps.get(key);
        if (counts === undefined) {
          counts = new Map();
          apps.set(key, counts);
        }
        counts.set(app, (counts.get(app) ?? 0) + 1);
      }
      for (const [key, counts] of apps) rows.get(key)!.app = mostOften(counts);
      return [
        section(
          portCount,
          [...rows.values()].sort((a, b) => b.bytes - a.bytes),
        ),
      ];
    },
  };
}

function mostOften(counts: ReadonlyMap<string, number>): string | null {
  let most: string | null = null;
  for (const [name, times] of counts) if (most === null || times > counts.get(most)!) most = name;
  return most;
}
