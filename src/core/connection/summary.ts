import type { ConnRow } from '../record/tables/conn.ts';
import type { ConnSummaryRow, SummaryKey } from '../record/tables/conn-summary.ts';

const KEY_OF: Record<SummaryKey, (row: ConnRow) => string | null> = {
  process: (row) => row.process,
  remote: (row) => row.remote_addr,
  state: (row) => row.state,
  port: (row) => String(row.remote_port === null ? row.local_port : Math.min(row.local_port, row.remote_port)),
  user: (row) => row.user ?? (row.uid === null ? null : String(row.uid)),
};

/** Adds connections up by one of their properties, the group with the most sockets first. */
export function summarize(rows: Iterable<ConnRow>, by: SummaryKey, time: string): ConnSummaryRow[] {
  const groups = new Map<string | null, Group>();
  const keyOf = KEY_OF[by];
  for (const row of rows) {
    const key = keyOf(row);
    let group = groups.get(key);
    if (group === undefined) {
      group = openGroup();
      groups.set(key, group);
    }
    group.add(row);
  }
  return [...groups].map(([key, group]) => group.row(time, by, key)).sort((a, b) => b.conns - a.conns);
}

interface Group {
  add(row: ConnRow): void;
  row(time: string, by: SummaryKey, key: string | null): ConnSummaryRow;
}

function openGroup(): Group {
  let conns = 0;
  let established = 0;
  let listening = 0;
  const remotes = new Set<string>();
  const pids = new Set<string>();
  const rx = openSum();
  const tx = openSum();
  const rxRate = openSum();
  const txRate = openSum();
  const rtt = openSum();
  const retrans = openSum();
  return {
    add(row) {
      conns++;
      if (row.state === 'ESTABLISHED') established++;
      if (row.state === 'LISTEN') listening++;
      if (row.remote_addr !== null) remotes.add(row.remote_addr);
      for (const pid of row.pids) pids.add(pid);
      rx.add(row.rx_bytes);
      tx.add(row.tx_bytes);
      rxRate.add(row.rx_rate);
      txRate.add(row.tx_rate);
      rtt.add(row.rtt_ms);
      retrans.add(row.retrans);
    },
    row: (time, by, key) => ({
      time,
      by,
      key,
      conns,
      established,
      listening,
      remotes: remotes.size,
      rx_bytes: rx.total(),
      tx_bytes: tx.total(),
      rx_rate: rxRate.total(),
      tx_rate: txRate.total(),
      rtt_avg_ms: rtt.mean(),
      retrans: retrans.total(),
      pids: [...pids],
    }),
  };
}

/** A sum of what is known; null when nothing was. */
function openSum(): { add(value: number | null): void; total(): number | null; mean(): number | null } {
  let sum = 0;
  let known = 0;
  return {
    add(value) {
      if (value === null) return;
      sum += value;
      known++;
    },
    total: () => (known === 0 ? null : Math.round(sum * 10) / 10),
    mean: () => (known === 0 ? null : Math.round((sum / known) * 1000) / 1000),
  };
}
