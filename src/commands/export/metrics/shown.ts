import type { Limit } from '../../../core/limit.ts';
import type { RecordTable } from '../../../core/record/table.ts';
import type { ConnRow } from '../../../core/record/tables/conn.ts';
import { type IfaceRow, iface } from '../../../core/record/tables/iface.ts';
import { type InsightRow, insight } from '../../../core/record/tables/insight.ts';
import { limit } from '../../../core/record/tables/meta.ts';
import { type HostRow, host } from '../../../core/record/tables/network-config.ts';
import { type ProbeRow, probe } from '../../../core/record/tables/probe.ts';
import { redactProgram } from '../../../core/redact/redact-text.ts';
import type { Context } from '../../context/context.ts';
import type { RedactValues } from '../../listing/open-redaction.ts';

/** What who asks may see of the machine: all of it, or what --redact leaves. */
export interface Shown {
  /** Whether faults are told with their reasons. */
  readonly tellsReasons: boolean;
  readonly hostname: (row: Pick<HostRow, 'hostname'>) => string;
  readonly conn: (row: ConnRow) => ConnRow;
  readonly interfaces: (rows: readonly IfaceRow[]) => readonly IfaceRow[];
  readonly probe: (row: ProbeRow) => ProbeRow;
  readonly finding: (row: InsightRow) => InsightRow;
  readonly limit: (one: Limit) => Limit;
}

const ALL: Shown = {
  tellsReasons: true,
  hostname: ({ hostname }) => hostname,
  conn: (row) => row,
  interfaces: (rows) => rows,
  probe: (row) => row,
  finding: (row) => row,
  limit: (one) => one,
};

/** Rejects as openRedaction does. */
export async function openShown(context: Context, values: RedactValues): Promise<Shown> {
  if (!values.redact && !values['redact-key']) return ALL;
  const { openRowRedactor } = await import('../../listing/open-row-redactor.ts');
  const redactor = openRowRedactor(context, values);
  if (redactor === null) return ALL;
  const of =
    <Row extends object>(table: RecordTable) =>
    (row: Row): Row =>
      redactor.row(table, row as Readonly<Record<string, unknown>>) as Row;
  const [hosts, ifaces, limits] = [of<Pick<HostRow, 'hostname'>>(host), of<IfaceRow>(iface), of<Limit>(limit)];
  return {
    tellsReasons: false,
    hostname: (row) => hosts(row).hostname,
    // of a connection, metrics name its process alone
    conn: (row) => ({ ...row, process: row.process === null ? null : redactProgram(row.process) }),
    interfaces: (rows) => rows.map(ifaces),
    probe: of<ProbeRow>(probe),
    finding: of<InsightRow>(insight),
    limit: ({ what, why, remedy }) => limits({ what, why, remedy }),
  };
}
