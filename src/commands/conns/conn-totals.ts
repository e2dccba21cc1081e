import { formatBytes } from '../../core/output/units.ts';
import type { AnyRow } from '../../core/record/table.ts';
import type { ConnRow } from '../../core/record/tables/conn.ts';

/** The line above a live table of connections: how many there are, in which state, and what they move. */
export function connTotals(rows: readonly AnyRow[]): string {
  const states = new Map<string, number>();
  let rx = 0;
  let tx = 0;
  for (const row of rows as readonly ConnRow[]) {
    states.set(row.state, (states.get(row.state) ?? 0) + 1);
    rx += row.rx_rate ?? 0;
    tx += row.tx_rate ?? 0;
  }
  const counts = [...states].sort((a, b) => b[1] - a[1]).map(([state, n]) => `${n} ${state}`);
  return `${rows.length} connections: ${counts.join(', ') || 'none'}   received ${formatBytes(rx)}/s   sent ${formatBytes(tx)}/s`;
}
