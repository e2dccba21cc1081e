import { formatBytes, formatMillis, formatSeconds } from '../../../core/output/units.ts';
import type { AnyRow } from '../../../core/record/table.ts';
import { type ConnRow, conn } from '../../../core/record/tables/conn.ts';
import type { SummaryKey } from '../../../core/record/tables/conn-summary.ts';
import { unknownRow } from '../../../core/record/unknown-row.ts';
import { type Piece, piece } from '../../../core/screen/cells.ts';
import { NOT_KNOWN } from '../../../core/screen/columns.ts';
import { type Step, step } from '../model/action.ts';
import { arrange, listState } from '../model/arranged.ts';
import { isDense } from '../model/frame-layout.ts';
import { identifyConn } from '../model/identify-conn.ts';
import type { ListGrouping, ListSpec } from '../model/list-spec.ts';
import type { Machine, Traffic } from '../model/machine.ts';
import type { Model } from '../model/model.ts';
import { notify } from '../model/notices.ts';
import { showPackets } from '../model/packets-update.ts';
import { sourceWords } from '../model/replay.ts';
import { selectedRow } from '../model/selected-row.ts';
import type { Tab } from '../model/tab.ts';
import { listView } from '../views/list-view.ts';

const FIELDS = [
  'process',
  'pid',
  'proto',
  'state',
  'local_addr',
  'local_port',
  'remote_addr',
  'remote_port',
  'rx_rate',
  'tx_rate',
  'rx_bytes',
  'tx_bytes',
  'rtt_ms',
];

/** What no capture tells; and, unless somebody noted it there, who has a connection. */
const NOT_CAPTURED = new Set(['rx_rate', 'tx_rate']);
const OWNERS = new Set(['process', 'pid']);

/** Columns of `?` alone take the room of what a capture tells. */
function fieldsOf({ machine, replay }: Model): readonly string[] {
  if (replay === null) return FIELDS;
  const hasOwners = machine.conns.some(({ pid }) => pid !== null);
  return FIELDS.filter((field) => !NOT_CAPTURED.has(field) && (hasOwners || !OWNERS.has(field)));
}

/** The sum of a field; null where it is known of none. */
function sumOf(rows: readonly AnyRow[], field: string): number | null {
  let sum: number | null = null;
  for (const row of rows) if (typeof row[field] === 'number') sum = (sum ?? 0) + (row[field] as number);
  return sum;
}

const totals = new WeakMap<readonly AnyRow[], ReadonlyMap<string, number>>();

/** Sums over all connections, once for each look: of 10,000 they took 2.6 ms of each frame. */
function totalsOf(conns: readonly AnyRow[]): ReadonlyMap<string, number> {
  let known = totals.get(conns);
  if (known === undefined) {
    known = new Map(['rx_rate', 'tx_rate', 'rx_bytes', 'tx_bytes'].map((field) => [field, sumOf(conns, field) ?? 0]));
    totals.set(conns, known);
  }
  return known;
}

/**
 * Rates of a group are those of its connections together; bytes those of its connections since the screen began, closed ones
 * too, as long as no filter leaves some out.
 */
const groupBy = (
  field: string,
  key: SummaryKey,
  carriedBy: (machine: Machine) => ReadonlyMap<string, Traffic>,
): ListGrouping => ({
  of: (row) => String(row[field] ?? '?'),
  printed: {
    words: ['--summary', key],
    names: { [field]: 'key', rx_rate: 'rx_rate', tx_rate: 'tx_rate', rx_bytes: 'rx_bytes', tx_bytes: 'tx_bytes' },
    size: 'conns',
  },
  countsMore: (total, model) => isWhole(model) && carriedBy(model.machine).has(String(total[field] ?? '?')),
  total(name, rows, model) {
    const closed = carriedBy(model.machine).get(name);
    const all = isWhole(model);
    const open = all ? rows.filter((row) => !GONE.has(row)) : rows;
    const bytes = (of: string, carried: number): number | null => {
      const sum = sumOf(open, of);
      return closed === undefined || !all ? sum : (sum ?? 0) + carried;
    };
    return {
      ...unknownRow(conn),
      [field]: rows[0]?.[field] ?? null,
      ...Object.fromEntries(['rx_rate', 'tx_rate', 'rx_packets', 'tx_packets'].map((one) => [one, sumOf(rows, one)])),
      rx_bytes: bytes('rx_bytes', closed?.rx ?? 0),
      tx_bytes: bytes('tx_bytes', closed?.tx ?? 0),
    };
  },
});

/** Whether no filter leaves connections out. */
const isWhole = (model: Model): boolean => listState(model, CONNECTIONS).filter === null;

export const CONNECTIONS: ListSpec = {
  name: 'connections',
  title: 'connections',
  table: conn,
  fields: (model) => [
    ...fieldsOf(model),
    ...(model.settings.names ? ['remote_host'] : []),
    ...(model.settings.places ? ['geo_country'] : []),
    ...(isDense(model) ? ['user', 'cwnd', 'retrans', 'iface', 'age_s'] : []),
  ],
  // in 80 columns, which of its addresses this machine uses says less than what becomes of the connection
  priorities: ({ replay }) =>
    replay === null ? { process: 1, local_addr: 6 } : { local_addr: 1, rx_bytes: 2, tx_bytes: 2, state: 3, rtt_ms: 9 },
  // those of a capture that are closed are among its connections
  rows: ({ machine, replay }) => (replay === null ? rowsOf(machine) : machine.conns),
  identify: identifyConn,
  usualSort: [
    // a capture has no rates
    { field: 'rx_rate', descending: true },
    { field: 'tx_rate', descending: true },
    { field: 'rx_bytes', descending: true },
  ],
  groupings: {
    process: groupBy('process', 'process', ({ closedTraffic }) => closedTraffic.byProcess),
    remote_addr: groupBy('remote_addr', 'remote', ({ closedTraffic }) => closedTraffic.byRemote),
  },
  // those of this program are there as they are for the commands, and stand back
  roleOf: (row, { settings }) =>
    row.state === 'CLOSE' || (row.pid !== null && row.pid === settings.ownPid) ? 'faint' : null,
  isNew: ({ remote_addr }, { machine }) => machine.newRemotes.has(String(remote_addr)),
  detail: (row, model) => detailOf(row as unknown as ConnRow, model),
  isOver: (row) => GONE.has(row),
  command: ({ machine, replay }, used) => [
    'conns',
    ...sourceWords(
      replay,
      machine.conns.some(isCaptured) || ['app', 'server_name'].some((field) => used.has(field)) ? ['--packets'] : [],
    ),
    ...(['local_host', 'remote_host'].some((field) => used.has(field)) ? ['--resolve'] : []),
  ],
};

/** Whether packets say something of it: then the command must capture, too. */
const isCaptured = ({ source, app }: ConnRow): boolean => source === 'capture' || app !== null;

/** How long a connection is shown, dim, when it is gone. */
const AFTERGLOW_MS = 10_000;
/** Rows of connections that are not there any more. */
const GONE = new WeakSet<AnyRow>();
const rowsByMachine = new WeakMap<Machine, readonly AnyRow[]>();

/** The connections that are there, and those that were a moment ago, as closed. */
function rowsOf(machine: Machine): readonly AnyRow[] {
  let rows = rowsByMachine.get(machine);
  if (rows === undefined) {
    const now = machine.at === null ? 0 : Date.parse(machine.at.time);
    const gone: ConnRow[] = [];
    for (const { isOpen, last, row } of machine.tracked) {
      if (isOpen || now - last >= AFTERGLOW_MS) continue;
      const closed: ConnRow = { ...row, state: 'CLOSE', rx_rate: 0, tx_rate: 0 };
      GONE.add(closed);
      gone.push(closed);
    }
    rows = machine.conns.concat(gone);
    rowsByMachine.set(machine, rows);
  }
  return rows;
}

/** Two lines: who it is, and how it does. */
function detailOf(row: ConnRow, model: Model): readonly (readonly Piece[])[] {
  const { numerals, texts, names, places } = model.settings;
  const facts = (pairs: readonly (readonly [string, string | null])[]): readonly Piece[] =>
    pairs.flatMap(([name, value]) => (value === null ? [] : [piece(` ${name} `, 'faint'), piece(value)]));
  const millis = (value: number | null): string | null => (value === null ? null : formatMillis(value, numerals));
  return [
    facts([
      ['host', names ? row.remote_host : null],
      [texts.place, places ? placeOf(row) : null],
      [texts.command, row.cmdline ?? row.process],
      ['pid', row.pid === null ? null : String(row.pid)],
      ['user', row.user],
      ['container', row.container],
    ]),
    facts([
      [texts.roundTrip, millis(row.rtt_ms)],
      [texts.least, millis(row.min_rtt_ms)],
      ['retrans', row.retrans === null ? null : String(row.retrans)],
      ['cwnd', row.cwnd === null ? null : String(row.cwnd)],
      [texts.queues, row.rx_queue === null ? null : `${row.rx_queue}/${row.tx_queue ?? NOT_KNOWN}`],
      ['iface', row.iface],
      ['app', row.app],
      [texts.server, row.server_name],
      [texts.age, row.age_s === null ? null : formatSeconds(row.age_s, numerals)],
      [texts.owner, row.attribution],
    ]),
    facts([
      [texts.received, row.rx_bytes === null ? null : formatBytes(row.rx_bytes, numerals)],
      [texts.sent, row.tx_bytes === null ? null : formatBytes(row.tx_bytes, numerals)],
      ['service', row.service],
      ['cgroup', row.cgroup],
    ]).concat(countsClosed(row, model) ? [piece(`  ${texts.withClosed}`, 'faint')] : []),
  ];
}

/** Whether it is the total of a group, in which closed connections are counted too. */
function countsClosed(row: ConnRow, model: Model): boolean {
  const { grouping } = listState(model, CONNECTIONS);
  // a group has no protocol
  const isTotal = grouping !== null && (row.proto as string | null) === null;
  return isTotal && (CONNECTIONS.groupings[grouping]!.countsMore?.(row, model) ?? false);
}

/** Country, city and whose network it is, as far as they are known. */
const placeOf = ({ geo_country, geo_city, asn, as_org }: ConnRow): string | null =>
  [geo_country, geo_city, asn === null ? null : `AS${asn}`, as_org].filter((one) => one !== null).join(' ') || null;

export const connections: Tab = {
  name: 'connections',
  title: 'connections',
  shortTitle: 'connectionsShort',
  lists: [CONNECTIONS],
  headline(model) {
    const { matched, total } = arrange(model, CONNECTIONS);
    const { numerals } = model.settings;
    const count = (value: number): string => numerals(value, 0);
    const { conns, closedTraffic } = model.machine;
    const sums = totalsOf(conns);
    const rate = (field: 'rx_rate' | 'tx_rate'): string => `${formatBytes(sums.get(field)!, numerals)}/s`;
    const bytes = (field: 'rx_bytes' | 'tx_bytes', closed: number): string =>
      formatBytes(sums.get(field)! + closed, numerals);
    const { down, up } = model.settings.theme.glyphs;
    return [
      piece(` ${matched === total ? count(total) : `${count(matched)}/${count(total)}`}`),
      // a capture has no rates of now
      ...(model.replay !== null
        ? []
        : [piece(`  ${down}${rate('rx_rate')}`, 'received'), piece(` ${up}${rate('tx_rate')}`, 'sent')]),
      piece(`  ${model.settings.texts.total}`, 'faint'),
      piece(` ${down}${bytes('rx_bytes', closedTraffic.all.rx)}`, 'received'),
      piece(` ${up}${bytes('tx_bytes', closedTraffic.all.tx)}`, 'sent'),
    ];
  },
  view: (model, width, height) => listView(model, CONNECTIONS, width, height, true),
  *preparing({ machine }) {
    totalsOf(machine.conns);
    yield;
  },
  place: (_list, _model, width, height) => ({ row: 1, column: 0, width, height: height - 1 }),
  keys: [
    {
      keys: ['enter'],
      shown: 'Enter',
      label: 'keyPackets',
      help: 'helpEnterPackets',
      footer: 1,
      act(model) {
        const row = selectedRow(model, CONNECTIONS) as ConnRow | null;
        if (row === null) return step(notify(model, 'noticeNothingSelected', {}, true));
        return showConnection(model, row);
      },
    },
  ],
};

/** Protocols whose packets a display filter picks by name. */
const PICKED: ReadonlySet<string> = new Set(['tcp', 'udp', 'sctp', 'icmp', 'icmpv6']);

/** Goes to the packets of a connection, or of the remote address of a group, or says why there are none. */
function showConnection(model: Model, row: ConnRow): Step {
  const { remote_addr, remote_port } = row;
  // a group has no protocol
  const proto: string | null = row.proto;
  if (remote_addr === null || remote_port === 0) return step(notify(model, 'noticeNoRemote', {}, true));
  const name = proto?.toLowerCase() ?? null;
  if (name !== null && !PICKED.has(name)) return step(notify(model, 'noticeNoProtocol', { proto: row.proto }, true));
  const address = remote_addr.replace(/%.*/, '');
  const terms = [name, address, remote_port === null ? null : `port ${remote_port}`];
  return showPackets(model, terms.filter((term) => term !== null).join(' and '));
}
