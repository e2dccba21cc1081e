import { formatterFor } from '../../output/units.ts';
import type { AnyRow, RecordTable } from '../../record/table.ts';
import { endpoint } from '../../record/tables/endpoint.ts';
import { httpRequest } from '../../record/tables/http-request.ts';
import { packetLengths } from '../../record/tables/packet-lengths.ts';
import { portCount } from '../../record/tables/port-count.ts';
import { processTraffic } from '../../record/tables/process-traffic.ts';
import { quicPath, quicSession } from '../../record/tables/quic-session.ts';
import { tlsSession } from '../../record/tables/tls-session.ts';
import { tunnelFlow } from '../../record/tables/tunnel-flow.ts';
import { labelledBars } from '../charts/labelled-bars.ts';
import { dataTable } from '../data-table.ts';
import { figure } from '../figure.ts';
import { markup } from '../markup.ts';
import { countOf, none } from '../phrases.ts';
import type { Look, ReportSection } from '../section.ts';
import { asTheyCome, largest, TopRows } from '../top-rows.ts';

const MOST = 25;
const BARS = 10;

/** A section that is a table and, where `measure` is a share of a whole, a picture of it. */
interface Listed {
  readonly title: string;
  readonly table: RecordTable;
  readonly noun: string;
  readonly many?: string;
  /** The field by which rows are chosen; null for the first ones. */
  readonly by: string | null;
  /** How they were chosen, in words. */
  readonly which: string;
  /** The name of a bar; null for no picture. */
  readonly label: ((row: AnyRow) => string) | null;
}

const LISTED: readonly Listed[] = [
  {
    title: 'Addresses',
    table: endpoint,
    noun: 'address',
    many: 'addresses',
    by: 'bytes',
    which: 'with the most bytes',
    label: ({ addr, host }) => [addr, host].filter((one) => one !== null).join(' '),
  },
  {
    title: 'Processes',
    table: processTraffic,
    noun: 'process',
    many: 'processes',
    by: 'bytes',
    which: 'with the most bytes',
    label: ({ process, pid }) => [process ?? 'unknown', pid].filter((one) => one !== null).join(' '),
  },
  {
    title: 'Ports',
    table: portCount,
    noun: 'port',
    by: 'bytes',
    which: 'with the most bytes',
    label: ({ proto, port, app }) => [`${proto} ${port}`, app].filter((one) => one !== null).join(' '),
  },
  {
    title: 'Packet lengths',
    table: packetLengths,
    noun: 'range',
    by: null,
    which: 'that come first',
    label: ({ range }) => `${range} bytes`,
  },
  {
    title: 'HTTP',
    table: httpRequest,
    noun: 'request',
    by: 'latency_ms',
    which: 'that took longest',
    label: null,
  },
  {
    title: 'TLS',
    table: tlsSession,
    noun: 'session',
    by: null,
    which: 'that came first',
    label: null,
  },
  {
    title: 'QUIC',
    table: quicSession,
    noun: 'connection',
    by: 'server_bytes',
    which: 'with the most bytes from the server',
    label: ({ session, server_name, server_addr }) => `${session} ${server_name ?? server_addr}`,
  },
  {
    title: 'Tunnels',
    table: tunnelFlow,
    noun: 'flow',
    by: 'bytes',
    which: 'with the most bytes',
    label: ({ kind, outer_a_addr, outer_b_addr }) => `${kind} ${outer_a_addr} ${outer_b_addr}`,
  },
  {
    title: 'Paths of QUIC',
    table: quicPath,
    noun: 'path',
    by: null,
    which: 'that came first',
    label: null,
  },
];

export const listedSections: readonly ReportSection[] = LISTED.map((listed) => ({
  title: listed.title,
  tables: [listed.table],
  open() {
    const top = new TopRows(MOST, listed.by === null ? asTheyCome : largest(listed.by));
    return {
      add(row) {
        top.add(row);
      },
      view(look) {
        const { table, noun, which, many = `${noun}s` } = listed;
        if (top.count === 0) return none(`There were no ${many}.`);
        const caption = countOf(top, noun, which, look.numerals, many);
        return markup`${pictureOf(listed, top.rows(), look)}${dataTable({ table, rows: top.rows(), caption, numerals: look.numerals })}`;
      },
    };
  },
}));

function pictureOf({ table, label, by, many, noun }: Listed, rows: readonly AnyRow[], look: Look) {
  if (label === null) return null;
  const measure = by ?? 'packets';
  const format = formatterFor(table.fields[measure]!, look.numerals);
  const bars = rows.slice(0, BARS).map((row) => ({
    label: label(row),
    says: format(row[measure]),
    parts: [{ value: Number(row[measure]), tone: 'a' }],
  }));
  return figure(
    {
      title: `${bars.length < rows.length ? `The first ${bars.length} ` : 'All '}${many ?? `${noun}s`}, by ${measure}`,
      description: `${bars
        .slice(0, 5)
        .map(({ label: name, says }) => `${name}: ${says}`)
        .join('; ')}.`,
      draw: (width) => labelledBars(bars, width),
      isWide: true,
    },
    look,
  );
}
