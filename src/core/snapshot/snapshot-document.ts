import { EXIT, Failure } from '../failure.ts';
import { readRow } from '../record/saved-row.ts';
import type { Part, RecordTable } from '../record/table.ts';
import type { ConnRow } from '../record/tables/conn.ts';
import type { CounterRow } from '../record/tables/counter.ts';
import type { IfaceRow } from '../record/tables/iface.ts';
import type { DnsServerRow, HostRow, NeighborRow, RouteRow } from '../record/tables/network-config.ts';
import {
  SNAPSHOT_PARTS,
  SNAPSHOT_VERSION,
  type SnapshotPart,
  type SnapshotRow,
  snapshot,
} from '../record/tables/snapshot.ts';

/** What is compared of a socket; the other fields of 100,000 would fill memory. */
const COMPARED = [
  'proto',
  'state',
  'local_addr',
  'local_port',
  'remote_addr',
  'remote_port',
  'process',
  'pid',
  'iface',
] as const satisfies readonly (keyof ConnRow)[];
export type SnapshotSocket = Pick<ConnRow, (typeof COMPARED)[number]>;

/** A snapshot as it was read back. A part that nobody could read is null. */
export interface SnapshotDocument {
  readonly head: SnapshotRow;
  readonly host: HostRow | null;
  readonly ifaces: readonly IfaceRow[] | null;
  readonly routes: readonly RouteRow[] | null;
  readonly dns_servers: readonly DnsServerRow[] | null;
  readonly neighbors: readonly NeighborRow[] | null;
  readonly counters: readonly CounterRow[] | null;
  readonly listeners: readonly SnapshotSocket[] | null;
  readonly conns: readonly SnapshotSocket[] | null;
}

/** Parts that nobody compares. */
type Compared = Exclude<SnapshotPart, 'streams' | 'limits'>;

const HINT = 'netwatch export snapshot -w FILE takes one';

/**
 * The snapshot in a text; `name` is what messages call it. No message quotes the text, except a value that a field cannot
 * have. Throws a Failure 65 for what is no snapshot, is cut short, or is of a later version.
 */
export function parseSnapshot(text: string, name: string): SnapshotDocument {
  const document = objectIn(text, name);
  if (document.type !== snapshot.type) throw wrong(`${name} is not a snapshot`);
  const { version } = document;
  if (Number.isInteger(version) && (version as number) > SNAPSHOT_VERSION)
    throw new Failure(
      EXIT.data,
      `${name} is a snapshot of version ${String(version)}, and this netwatch reads none above ${SNAPSHOT_VERSION}`,
      { hint: 'a netwatch as new as the one that took it reads it' },
    );
  const head = rowIn(snapshot, document, `${name}: the snapshot`) as unknown as SnapshotRow;
  if (Number.isNaN(Date.parse(head.time))) throw wrong(`${name}: the snapshot has no time`);
  const part = (of: Compared): unknown => partIn(of, document[of] ?? null, name);
  return {
    head,
    host: part('host') as HostRow | null,
    ifaces: part('ifaces') as readonly IfaceRow[] | null,
    routes: part('routes') as readonly RouteRow[] | null,
    dns_servers: part('dns_servers') as readonly DnsServerRow[] | null,
    neighbors: part('neighbors') as readonly NeighborRow[] | null,
    counters: part('counters') as readonly CounterRow[] | null,
    listeners: part('listeners') as readonly SnapshotSocket[] | null,
    conns: part('conns') as readonly SnapshotSocket[] | null,
  };
}

/** How a document begins that export snapshot wrote. */
const BEGINNING = /^\s*\{\s*"type":\s*"snapshot"/;

function objectIn(text: string, name: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') throw wrong(`${name} is empty`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong(
      BEGINNING.test(text) ? `${name} is a snapshot that is cut short or damaged` : `${name} is not a snapshot`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${name} is not a snapshot`);
  return value as Readonly<Record<string, unknown>>;
}

function partIn(of: Compared, value: unknown, name: string): unknown {
  const { of: table, isMany }: Part = SNAPSHOT_PARTS[of];
  if (value === null) return null;
  if (!isMany) return rowIn(table, value, `${name}: ${of}`);
  if (!Array.isArray(value)) throw wrong(`${name}: ${of} is not a list`);
  const compared: readonly string[] = table.type === 'conn' ? COMPARED : Object.keys(table.fields);
  return value.map((one, index) => {
    const row = rowIn(table, one, `${name}: ${of} ${index + 1}`);
    return Object.fromEntries(compared.map((field) => [field, row[field]]));
  });
}

/** The record, with every field that is never null. */
function rowIn(table: RecordTable, value: unknown, where: string): Readonly<Record<string, unknown>> {
  const row = readRow(table, value);
  if (row === null) throw wrong(`${where} is not a record of type ${table.type}`);
  if (typeof row === 'string') throw wrong(`${where}: ${row}`);
  for (const [name, { nullable, kind }] of Object.entries(table.fields))
    if (!nullable && kind !== 'list' && row[name] === null) throw wrong(`${where} has no ${name}`);
  return row;
}

const wrong = (message: string): Failure => new Failure(EXIT.data, message, { hint: HINT });
