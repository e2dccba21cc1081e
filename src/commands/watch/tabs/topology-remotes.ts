import { formatBytes, formatMillis } from '../../../core/output/units.ts';
import type { AnyRow } from '../../../core/record/table.ts';
import { type ConnSummaryRow, connSummary } from '../../../core/record/tables/conn-summary.ts';
import { piece } from '../../../core/screen/cells.ts';
import { takeAll } from '../../../core/slices.ts';
import { ConnSummary } from '../../../core/socket/summary.ts';
import { type ListSpec, PLAIN_LIST } from '../model/list-spec.ts';
import type { Machine } from '../model/machine.ts';
import { sourceWords } from '../model/replay.ts';

/** This machine talking to itself is no neighbourhood. */
const OWN = new Set(['127.0.0.1', '::1']);
const remotesByMachine = new WeakMap<Machine, readonly AnyRow[]>();

/** Connections that are added up in a step. */
const STEP = 2000;

/** The remote hosts, with sums over their connections; once for each look. */
export function remotesOf(machine: Machine): readonly AnyRow[] {
  const known = remotesByMachine.get(machine);
  if (known !== undefined) return known;
  takeAll(summing(machine));
  return remotesByMachine.get(machine)!;
}

/** Sums them in steps. */
export function* summing(machine: Machine): Generator<void, void> {
  const summary = new ConnSummary('remote');
  for (const [index, row] of machine.conns.entries()) {
    summary.add(row);
    if (index % STEP === STEP - 1) yield;
  }
  const rows = summary.rows(machine.at?.time ?? '');
  remotesByMachine.set(
    machine,
    rows.filter(({ key }) => key !== null && !OWN.has(key)),
  );
  yield;
}

/** The remote hosts as a list. */
export const REMOTES: ListSpec = {
  ...PLAIN_LIST,
  name: 'remotes',
  title: 'remotes',
  table: connSummary,
  fields: () => [
    'key',
    'conns',
    'established',
    'rx_rate',
    'tx_rate',
    'rx_bytes',
    'tx_bytes',
    'rtt_avg_ms',
    'processes',
  ],
  rows: ({ machine }) => remotesOf(machine),
  identify: ({ key }) => String(key),
  usualSort: [{ field: 'conns', descending: true }],
  detail: (row, { settings: { numerals, texts } }) => {
    const { key, conns, established, rtt_avg_ms, rx_bytes, tx_bytes, processes } = row as unknown as ConnSummaryRow;
    const bytes = (value: number | null): string => (value === null ? '?' : formatBytes(value, numerals));
    return [
      [piece(` ${key} `), piece(`${texts.processes} `, 'faint'), piece(processes.join(', ') || '?')],
      [
        ...[
          piece(` ${texts.connectionsCounted} `, 'faint'),
          piece(String(conns)),
          piece(` ${texts.established} `, 'faint'),
          piece(String(established)),
        ],
        ...[
          piece(` ${texts.received} `, 'faint'),
          piece(bytes(rx_bytes)),
          piece(` ${texts.sent} `, 'faint'),
          piece(bytes(tx_bytes)),
        ],
        ...[
          piece(` ${texts.roundTrip} `, 'faint'),
          piece(rtt_avg_ms === null ? '?' : formatMillis(rtt_avg_ms, numerals)),
        ],
      ],
    ];
  },
  command: ({ replay }) => ['conns', '--summary', 'remote', ...sourceWords(replay, [])],
  onlyRows: () => `key != null and not key in {${[...OWN].join(', ')}}`,
};

/** What is known of a remote address besides its counts. */
export interface RemoteFacts {
  /** The protocols that are spoken with it. */
  readonly protocols: string;
  readonly country: string | null;
  readonly host: string | null;
}
const factsByMachine = new WeakMap<Machine, Map<string, RemoteFacts>>();

/** Of these addresses. Those that are shown are few: to know it of 10,000 takes 17 ms. */
export function factsOf(machine: Machine, addresses: readonly string[]): ReadonlyMap<string, RemoteFacts> {
  const known = factsByMachine.get(machine) ?? new Map<string, RemoteFacts>();
  factsByMachine.set(machine, known);
  const wanted = new Set(addresses.filter((addr) => !known.has(addr)));
  if (wanted.size === 0) return known;
  const names = new Map<string, Set<string>>();
  const countries = new Map<string, string>();
  const hosts = new Map<string, string>();
  for (const { remote_addr, proto, geo_country, remote_host } of machine.conns) {
    if (remote_addr === null || !wanted.has(remote_addr)) continue;
    const those = names.get(remote_addr) ?? new Set<string>();
    names.set(remote_addr, those.add(proto.toUpperCase()));
    if (geo_country !== null) countries.set(remote_addr, geo_country);
    if (remote_host !== null) hosts.set(remote_addr, remote_host);
  }
  for (const [addr, those] of names) {
    const [country, host] = [countries.get(addr) ?? null, hosts.get(addr) ?? null];
    known.set(addr, { protocols: [...those].join(' '), country, host });
  }
  return known;
}
