import { usageError } from '../../core/failure.ts';
import { type ConnRow, SOCKET_STATES } from '../../core/record/tables/conn.ts';
import type { ConnEventRow } from '../../core/record/tables/conn-event.ts';
import { didYouMean } from '../../core/suggest.ts';

/** The filters of `conns` that are options of their own. */
export interface ConnSelection {
  readonly tcp: boolean;
  readonly udp: boolean;
  readonly mptcp: boolean;
  readonly listen: boolean;
  readonly established: boolean;
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  readonly port: number | null;
  readonly pid: number | null;
  readonly process: string | null;
  readonly user: string | null;
  readonly interface: string | null;
  readonly state: readonly string[] | null;
}

/** Whether a row is among those that were asked for. */
export type RowTest = (row: ConnRow) => boolean;

/** One test of a row; null when nothing was selected. Throws Failure 64 for an unknown state. */
export function compileSelection(values: ConnSelection): RowTest | null {
  const tests: RowTest[] = [];
  const { tcp, udp, mptcp, port, pid, process, user } = values;
  if (tcp || udp || mptcp) {
    tests.push(
      (row) => (tcp && row.proto === 'tcp') || (udp && row.proto === 'udp') || (mptcp && row.mptcp_role !== null),
    );
  }
  const states = new Set([
    ...(values.listen ? ['LISTEN', 'UNCONN'] : []),
    ...(values.established ? ['ESTABLISHED'] : []),
    ...(values.state ?? []).map(stateNamed),
  ]);
  if (states.size > 0) tests.push((row) => states.has(row.state));
  if (values.ipv4 !== values.ipv6) tests.push((row) => row.family === (values.ipv4 ? 'ipv4' : 'ipv6'));
  if (port !== null) tests.push((row) => row.local_port === port || row.remote_port === port);
  if (pid !== null) tests.push((row) => row.pids.includes(String(pid)));
  if (process !== null) tests.push((row) => row.process === process || row.comm === process);
  if (user !== null) tests.push((row) => row.user === user || String(row.uid) === user);
  if (values.interface !== null) tests.push((row) => row.iface === values.interface);
  return tests.length === 0 ? null : (row) => tests.every((test) => test(row));
}

/** The rows that pass. */
export function select<R extends ConnRow>(rows: Iterable<R>, test: RowTest | null): Iterable<R> {
  return test === null ? rows : passing(rows, test);
}

/** The same for events: what has closed is selected by the state that it was in. */
export function selectEvents(events: Iterable<ConnEventRow>, test: RowTest | null): Iterable<ConnEventRow> {
  if (test === null) return events;
  return passing(events, (row) => test(stateBeforeClose(row)));
}

function stateBeforeClose(row: ConnEventRow): ConnEventRow {
  return row.event === 'closed' && row.previous_state !== null ? { ...row, state: row.previous_state } : row;
}

function* passing<R extends ConnRow>(rows: Iterable<R>, test: (row: R) => boolean): Iterable<R> {
  for (const row of rows) if (test(row)) yield row;
}

function stateNamed(typed: string): string {
  const name = typed.toUpperCase().replaceAll('-', '_');
  const state = name === 'ESTAB' ? 'ESTABLISHED' : name === 'LISTENING' ? 'LISTEN' : name;
  if ((SOCKET_STATES as readonly string[]).includes(state)) return state;
  throw usageError(`unknown state "${typed}"`, {
    hint: didYouMean(state, SOCKET_STATES, `states are ${SOCKET_STATES.join(' ')}`),
  });
}
