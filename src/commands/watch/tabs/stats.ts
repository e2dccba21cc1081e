import { formatMillis, formatterFor } from '../../../core/output/units.ts';
import type { SortKey } from '../../../core/record/sort.ts';
import type { AnyRow, RecordTable } from '../../../core/record/table.ts';
import { dnsQuery } from '../../../core/record/tables/dns-query.ts';
import { type HandshakeHistogramRow, handshakeHistogram } from '../../../core/record/tables/handshake.ts';
import { httpRequest } from '../../../core/record/tables/http-request.ts';
import { protocol } from '../../../core/record/tables/protocol.ts';
import { tlsSession } from '../../../core/record/tables/tls-session.ts';
import { beside, type Piece, piece } from '../../../core/screen/cells.ts';
import { type ListGrouping, type ListPlace, type ListSpec, PLAIN_LIST } from '../model/list-spec.ts';
import type { Model } from '../model/model.ts';
import { whyNoPackets } from '../model/packets-update.ts';
import { sourceWords } from '../model/replay.ts';
import type { Tab } from '../model/tab.ts';
import type { TextName } from '../texts/en.ts';
import { fill } from '../texts/fill.ts';
import { listTitle, listView } from '../views/list-view.ts';

const NONE: readonly AnyRow[] = [];

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
    identify: (row) => identity.map((name) => row[name]).join(' '),
    usualSort,
    detail: (row, model) => detailOf(row, table, fields, model),
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
const detailOf = (
  row: AnyRow,
  table: RecordTable,
  fields: readonly string[],
  { settings: { numerals } }: Model,
): readonly (readonly Piece[])[] => {
  const known = fields.filter((name) => row[name] !== null && row[name] !== undefined);
  const half = Math.ceil(known.length / 2);
  const facts = (names: readonly string[]): readonly Piece[] =>
    names.flatMap((name) => [
      piece(` ${name} `, 'faint'),
      piece(formatterFor(table.fields[name]!, numerals)(row[name])),
    ]);
  return [facts(known.slice(0, half)), facts(known.slice(half))];
};

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

const PROTOCOLS = statistic(
  protocol,
  'protocols',
  'protocols',
  ['path', 'packets', 'bytes', 'packets_pct', 'bytes_pct'],
  ['path'],
  [],
  // whole paths are cut where they differ
  { written: { path: ({ path, depth }) => ' '.repeat(Math.max(0, Number(depth) - 1)) + String(path).split('/').at(-1) } },
);
const HISTOGRAM = statistic(
  handshakeHistogram,
  'handshakes',
  'handshakes',
  ['bucket', 'count', 'pct'],
  ['bucket'],
  [],
  { detail: (row, model) => handshakeDetail(row as unknown as HandshakeHistogramRow, model) },
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

/** The lists of messages share a place: the one that had the focus last is shown. */
const MESSAGES: readonly ListSpec[] = [DNS, HTTP, TLS];
const BEFORE_MESSAGES = 2;

const messagesShown = (model: Model): ListSpec => MESSAGES[(model.focus.stats ?? 0) - BEFORE_MESSAGES] ?? DNS;

interface Shares {
  readonly upper: number;
  readonly left: number;
}
const shares = (width: number, height: number): Shares => ({
  upper: Math.max(9, Math.min(Math.floor(height / 2), height - 5)),
  left: Math.floor(width * 0.6),
});

export const stats: Tab = {
  name: 'stats',
  title: 'stats',
  shortTitle: 'statsShort',
  lists: [PROTOCOLS, HISTOGRAM, ...MESSAGES],
  headline(model) {
    const [frames] = (model.machine.statistics.get('protocol') ?? []).filter(({ depth }) => depth === 1);
    return [
      piece(
        frames === undefined
          ? ''
          : `  ${fill(model.settings.texts.packetsCounted, { count: model.settings.numerals(Number(frames.packets), 0) })}`,
        'faint',
      ),
    ];
  },
  view(model, width, height) {
    const { upper, left } = shares(width, height);
    const focus = model.focus.stats ?? 0;
    const messages = messagesShown(model);
    const panel = (list: ListSpec, own: number, lines: number, hasFocus: boolean): readonly string[] => [
      listTitle(model, list, own, hasFocus),
      ...listView(model, list, own, lines - 1, hasFocus),
    ];
    return [
      ...beside(panel(PROTOCOLS, left, upper, focus === 0), panel(HISTOGRAM, width - left, upper, focus === 1)),
      ...panel(messages, width, height - upper, focus >= BEFORE_MESSAGES),
    ];
  },
  place(list, model, width, height): ListPlace | null {
    const { upper, left } = shares(width, height);
    if (list === PROTOCOLS) return { row: 2, column: 0, width: left, height: upper - 2 };
    if (list === HISTOGRAM) return { row: 2, column: left, width: width - left, height: upper - 2 };
    return list === messagesShown(model) ? { row: upper + 2, column: 0, width, height: height - upper - 2 } : null;
  },
  keys: [],
};

/** What the row for all says of them together. */
function handshakeDetail(
  row: HandshakeHistogramRow,
  { machine, settings: { numerals, texts } }: Model,
): readonly (readonly Piece[])[] {
  const rows = (machine.statistics.get('handshake_histogram') ?? []) as readonly HandshakeHistogramRow[];
  const all = rows.find(({ bucket }) => bucket === 'all') ?? row;
  const millis = (name: string, value: number | null): readonly Piece[] => [
    piece(` ${name} `, 'faint'),
    piece(value === null ? '?' : formatMillis(value, numerals)),
  ];
  const count = (name: string, value: number | null): readonly Piece[] => [
    piece(` ${name} `, 'faint'),
    piece(String(value ?? '?')),
  ];
  return [
    [
      ...millis(texts.least, all.min_ms),
      ...millis(texts.mean, all.avg_ms),
      ...millis(texts.median, all.median_ms),
      ...millis('p95', all.p95_ms),
      ...millis(texts.most, all.max_ms),
    ],
    [
      ...count(texts.complete, all.count),
      ...count(texts.refused, all.refused),
      ...count(texts.unanswered, all.unanswered),
      ...count(texts.incomplete, all.incomplete),
    ],
  ];
}
