import type { Limit } from '../../../core/limit.ts';
import type { RecordTable } from '../../../core/record/table.ts';
import { type ConnRow, conn } from '../../../core/record/tables/conn.ts';
import { type IfaceRow, iface } from '../../../core/record/tables/iface.ts';
import { type InsightRow, insight } from '../../../core/record/tables/insight.ts';
import { limit } from '../../../core/record/tables/meta.ts';
import { type HostRow, host } from '../../../core/record/tables/network-config.ts';
import { type ProbeRow, probe } from '../../../core/record/tables/probe.ts';
import { type TunnelRow, tunnel } from '../../../core/record/tables/tunnel.ts';
import { redactProgram } from '../../../core/redact/redact-text.ts';
import type { MultipathSession } from '../../../core/socket/multipath-sessions.ts';
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
  readonly tunnel: (row: TunnelRow) => TunnelRow;
  readonly session: (one: MultipathSession) => MultipathSession;
  readonly finding: (row: InsightRow) => InsightRow;
  readonly limit: (one: Limit) => Limit;
}

/** What the record of a connection has of a flow that carries a session. */
interface FlowOfSession {
  readonly mptcp_token: string;
  readonly iface: string | null;
  readonly local_addr: string;
  readonly remote_addr: string;
}

const ALL: Shown = {
  tellsReasons: true,
  hostname: ({ hostname }) => hostname,
  conn: (row) => row,
  interfaces: (rows) => rows,
  probe: (row) => row,
  tunnel: (row) => row,
  session: (one) => one,
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
  const flows = of<FlowOfSession>(conn);
  return {
    tellsReasons: false,
    hostname: (row) => hosts(row).hostname,
    // of a connection, metrics name its process alone
    conn: (row) => ({ ...row, process: row.process === null ? null : redactProgram(row.process) }),
    interfaces: (rows) => rows.map(ifaces),
    probe: of<ProbeRow>(probe),
    tunnel: of<TunnelRow>(tunnel),
    session: ({ token, paths, ...rest }) => ({
      ...rest,
      token: flows({ mptcp_token: token, iface: null, local_addr: '', remote_addr: '' }).mptcp_token,
      paths: paths.map(({ iface: via, local, remote, ...path }) => {
        const shown = flows({ mptcp_token: token, iface: via, local_addr: local.addr, remote_addr: remote.addr });
        return {
          ...path,
          iface: shown.iface,
          local: { ...local, addr: shown.local_addr },
          remote: { ...remote, addr: shown.remote_addr },
        };
      }),
    }),
    finding: of<InsightRow>(insight),
    limit: ({ what, why, remedy }) => limits({ what, why, remedy }),
  };
}
