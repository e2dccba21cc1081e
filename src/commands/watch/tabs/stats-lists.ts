import { formatterFor, type Numerals } from '../../../core/output/units.ts';
import type { SortKey } from '../../../core/record/sort.ts';
import type { AnyRow, RecordTable } from '../../../core/record/table.ts';
import { dnsQuery } from '../../../core/record/tables/dns-query.ts';
import { handshakeHistogram } from '../../../core/record/tables/handshake.ts';
import { httpRequest } from '../../../core/record/tables/http-request.ts';
import { protocol } from '../../../core/record/tables/protocol.ts';
import { tlsSession } from '../../../core/record/tables/tls-session.ts';
import { type Piece, piece } from '../../../core/screen/cells.ts';
import { isEmptyList } from '../../../core/screen/columns.ts';
import { type ListGrouping, type ListSpec, PLAIN_LIST } from '../model/list-spec.ts';
import type { Model } from '../model/model.ts';
import { whyNoPackets } from '../model/packets-update.ts';
import { sourceWords } from '../model/replay.ts';
import { sortOf } from '../model/sorting.ts';
import type { TextName } from '../texts/en.ts';
import { fill } from '../texts/fill.ts';

export const NONE: readonly AnyRow[] = [];

/** A list of the records of one statistic. */
function statistic(
  table: RecordTable,
  title: TextName,
  by: string,
  fields: readonly string[],
  identity: readonly string[],
  usualSort: readonly SortKey[],
  more: Partial<ListSpec> = {},
): ListSpec {
  return {
    ...PLAIN_LIST,
    name: table.type,
    title,
    table,
    fields: () => fields,
    rows: ({ machine }) => machine.statistics.get(table.type) ?? NONE,
    seen: ({ machine }) => machine.messages.get(table.type) ?? 0,
    identify: (row) => identity.map((name) => row[name]).join(' '),
    usualSort,
    detail: (row, { settings: { numerals } }) => detailOf(row, table, fields, numerals),
    whyNone,
    command: ({ replay }) => ['stats', '--by', by, ...sourceWords(replay, ['--duration', '10'])],
    ...more,
  };
}

/** That packets are not captured, and why; null where they are, or come from a file. */
function whyNone(model: Model): string | null {
  const { isLite, texts } = model.settings;
  if (isLite) return fill(texts.notCaptured, { option: '--lite' });
  const isRefused = model.machine.limits.some(({ what }) => what === 'packets');
  return model.replay === null && isRefused ? whyNoPackets(model) : null;
}

/** What the columns may have cut. */
function detailOf(
  row: AnyRow,
  table: RecordTable,
  fields: readonly string[],
  numerals: Numerals,
): readonly (readonly Piece[])[] {
  const known = fields.filter((name) => row[name] !== null && row[name] !== undefined && !isEmptyList(row[name]));
  const half = Math.ceil(known.length / 2);
  const facts = (names: readonly string[]): readonly Piece[] =>
    names.flatMap((name) => [
      piece(` ${name} `, 'faint'),
      piece(formatterFor(table.fields[name]!, numerals)(row[name])),
    ]);
  return [facts(known.slice(0, half)), facts(known.slice(half))];
}

const newestFirst: readonly SortKey[] = [{ field: 'time', descending: true }];

/** Queries by the server that was asked: how many, and how long they took. */
const byServer: ListGrouping = {
  of: (row) => String(row.server),
  total(_name, rows) {
    const times = rows.flatMap(({ latency_ms }) => (typeof latency_ms === 'number' ? [latency_ms] : []));
    const mean = times.length === 0 ? null : times.reduce((sum, one) => sum + one, 0) / times.length;
    return {
      ...Object.fromEntries(Object.keys(dnsQuery.fields).map((name) => [name, null])),
      server: rows[0]?.server,
      latency_ms: mean,
    };
  },
};

/** A path is known by its last protocol and how far it is indented, while paths stand below those that they begin with. */
const INDENTED = {
  path: ({ proto, depth }: AnyRow): string => ' '.repeat(Math.max(0, Number(depth) - 1)) + String(proto),
};
const WHOLE = {};

export const PROTOCOLS: ListSpec = statistic(
  protocol,
  'protocols',
  'protocols',
  ['path', 'packets', 'bytes', 'packets_pct', 'bytes_pct'],
  ['path'],
  [],
  { cells: (model) => (sortOf(model, PROTOCOLS).length === 0 ? INDENTED : WHOLE) },
);

const ranges = new WeakMap<readonly AnyRow[], readonly AnyRow[]>();

/** The rows of the ranges, without the one for all of them. */
function rangesOf(rows: readonly AnyRow[]): readonly AnyRow[] {
  let known = ranges.get(rows);
  if (known === undefined) {
    known = rows.filter(({ bucket }) => bucket !== 'all');
    ranges.set(rows, known);
  }
  return known;
}

/** From so many milliseconds on, a handshake is slow, and very slow. */
const SLOW_MS = 10;
const VERY_SLOW_MS = 100;

export const HISTOGRAM: ListSpec = statistic(
  handshakeHistogram,
  'handshakes',
  'handshakes',
  ['bucket', 'count', 'pct'],
  ['bucket'],
  [],
  {
    rows: ({ machine }) => rangesOf(machine.statistics.get('handshake_histogram') ?? NONE),
    onlyRows: () => 'bucket != all',
    roleOf({ count, from_ms }) {
      if (count === 0) return 'faint';
      return Number(from_ms) >= VERY_SLOW_MS ? 'bad' : Number(from_ms) >= SLOW_MS ? 'notice' : 'good';
    },
    detail: () => [],
  },
);
const DNS = statistic(
  dnsQuery,
  'dns',
  'dns',
  ['server', 'time', 'client', 'name', 'qtype', 'rcode', 'latency_ms', 'answers'],
  ['time', 'id', 'client', 'server', 'name'],
  newestFirst,
  { groupings: { server: byServer } },
);
const HTTP = statistic(
  httpRequest,
  'http',
  'http',
  [
    'time',
    'method',
    'host',
    'uri',
    'status',
    'latency_ms',
    'client_addr',
    'server_addr',
    'server_port',
    'response_bytes',
  ],
  ['time', 'stream', 'uri'],
  newestFirst,
);
const TLS = statistic(
  tlsSession,
  'tls',
  'tls',
  ['time', 'server_name', 'version', 'alpn', 'cipher', 'client_addr', 'server_addr', 'server_port', 'ja4'],
  ['time', 'stream', 'client_port'],
  newestFirst,
);

/** The lists of messages. */
export const MESSAGES: readonly ListSpec[] = [DNS, HTTP, TLS];
