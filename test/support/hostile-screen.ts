import type { Machine } from '../../src/commands/watch/model/machine.ts';
import type { PacketLook } from '../../src/commands/watch/model/packet-look.ts';
import type { AnyRow, RecordTable } from '../../src/core/record/table.ts';
import { conn } from '../../src/core/record/tables/conn.ts';
import { dnsQuery } from '../../src/core/record/tables/dns-query.ts';
import { httpRequest } from '../../src/core/record/tables/http-request.ts';
import { iface } from '../../src/core/record/tables/iface.ts';
import { insight } from '../../src/core/record/tables/insight.ts';
import { dnsServer, host, neighbor, route } from '../../src/core/record/tables/network-config.ts';
import { packet } from '../../src/core/record/tables/packet.ts';
import { probe } from '../../src/core/record/tables/probe.ts';
import { protocol } from '../../src/core/record/tables/protocol.ts';
import { tlsSession } from '../../src/core/record/tables/tls-session.ts';
import type { StoredStream } from '../../src/core/stream/stored-stream.ts';

/** What strangers may put into a name, by what it does to a terminal that shows it as it is. */
export const HOSTILE: Readonly<Record<string, string>> = {
  'sets the clipboard': '\x1b]52;c;ZXZpbA==\x07name',
  'clears the screen': '\x1b[2J\x1b[Hname\x1b[31m',
  'turns around': 'name\u202egnp.exe\u2066\u2069\u200f',
  'is C1': '\x9b2J\x85\x90q\x9c\x84name',
  'breaks lines': 'a\nb\r\nc\td\u2028e\u2029f\v\f\b\x7f',
  'is flooded with marks': `Z${'\u0301\u0489\u20dd'.repeat(1000)}algo`,
  'is half a pair': 'a\ud800b\udc00c',
  'is joined': '👩\u200d👩\u200d👧\u200d👦🏳\ufe0f\u200d🌈🇩🇪👍🏽',
  'is wide': '数据库服务器进程名称很长很长ｆｕｌｌ',
  'is long': 'x'.repeat(10_000),
  'is long and wide': '名'.repeat(10_000),
  'cannot be seen': '\u200b\u200d\ufeff\u115f\u3164\u00ad\u2060\u{e0041}',
  'is nothing': '',
  'is NUL': '\0\0',
  'is a placeholder': '{filter} %s $& $1',
  'is of Object': '__proto__',
};

const TABLES: readonly RecordTable[] = [protocol, dnsQuery, httpRequest, tlsSession];
/** Only we write these. */
const OURS = new Set(['number', 'flag']);

/** The rows with every text that strangers may choose in place of what is there, also where nothing is known. */
function filledRows<T>(table: RecordTable, rows: readonly T[], text: string): readonly T[] {
  return rows.map((row) => {
    const filled: Record<string, unknown> = { ...(row as AnyRow) };
    for (const [name, field] of Object.entries(table.fields)) {
      if (field.values !== null || OURS.has(field.kind)) continue;
      if (field.kind === 'list') filled[name] = [text, text];
      if (field.kind === 'text' || field.kind === 'address' || field.kind === 'time')
        filled[name] = field.many ? [text] : text;
    }
    return filled as T;
  });
}

/** The machine with every text that strangers may choose. */
export function hostileMachine(machine: Machine, text: string): Machine {
  const fill = <T>(table: RecordTable, rows: readonly T[]): readonly T[] => filledRows(table, rows, text);
  const statistics = new Map<string, readonly AnyRow[]>(machine.statistics);
  for (const table of TABLES) statistics.set(table.type, fill(table, machine.statistics.get(table.type) ?? []));
  return {
    ...machine,
    conns: fill(conn, machine.conns),
    tracked: machine.tracked.map((one) => ({ ...one, row: fill(conn, [one.row])[0]! })),
    newRemotes: new Set([text]),
    ifaces: fill(iface, machine.ifaces),
    rates: new Map([[text, { rx: [1, null, 3], tx: [0] }]]),
    bandwidth: { rx: [1, null, 3], tx: [0] },
    routes: fill(route, machine.routes),
    dnsServers: fill(dnsServer, machine.dnsServers),
    neighbors: fill(neighbor, machine.neighbors),
    host: machine.host === null ? null : { ...fill(host, [machine.host])[0]!, gateway: [text] },
    health: new Map(
      [...machine.health].map(([name, one]) => [name + text, { ...one, row: fill(probe, [one.row])[0]! }]),
    ),
    insights: fill(insight, machine.insights),
    commentary: { state: 'error', fault: { reason: text } as never },
    statistics,
    limits: [{ what: text, why: text, remedy: text }],
  };
}

/** The packets with every text that strangers may choose. */
export const hostilePackets = (look: PacketLook, text: string): PacketLook => ({
  seen: look.seen,
  first: look.first,
  held: look.held,
  count: look.count,
  isSearching: false,
  isCounted: look.isCounted,
  until: (moment) => hostilePackets(look.until(moment), text),
  check: () => {},
  complete: (filter, cursor) => look.complete(filter, cursor),
  numberAt: (index) => look.numberAt(index),
  indexOf: (number) => look.indexOf(number),
  rows: (from, to) => look.rows(from, to).map((row) => (row === null ? null : filledRows(packet, [row], text)[0]!)),
  row: (number) => filledRows(packet, [look.row(number)!], text)[0]!,
  handshakeOf: (number) => look.handshakeOf(number),
  placeOf: () => ({ country: text, city: text, asn: null, org: text, prefix: text, source: text }),
  hostOf: () => text,
  newestOf: (stream) => look.newestOf(stream),
  detail(number) {
    const detail = look.detail(number);
    if (detail === null) return null;
    return { ...detail, lines: detail.lines.map((line) => ({ ...line, text: `${line.text}${text}` })) };
  },
});

/** The stream with a text in place of what its sides said. */
export const hostileStream = (stream: StoredStream, text: string): StoredStream => ({
  ...stream,
  row: { ...stream.row, a_addr: text, b_addr: text, proto: text as never },
  pieces: stream.pieces.map((piece) => ({ ...piece, bytes: new TextEncoder().encode(text) })),
});
