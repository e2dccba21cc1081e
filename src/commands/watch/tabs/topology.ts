import { widthOf } from '../../../core/output/text-width.ts';
import { formatBytes, formatMillis } from '../../../core/output/units.ts';
import type { AnyRow } from '../../../core/record/table.ts';
import { type ConnSummaryRow, connSummary } from '../../../core/record/tables/conn-summary.ts';
import { blank, cell, exactly, line, piece } from '../../../core/screen/cells.ts';
import { selectedIndex, topFor } from '../../../core/screen/selection.ts';
import { paint, type Role, type Theme } from '../../../core/screen/theme.ts';
import { summarize } from '../../../core/socket/summary.ts';
import { step } from '../model/action.ts';
import { arrange, listState } from '../model/arranged.ts';
import { filteredConnections } from '../model/filtered-connections.ts';
import { type ListSpec, PLAIN_LIST } from '../model/list-spec.ts';
import type { Machine, TargetHistory } from '../model/machine.ts';
import type { Model } from '../model/model.ts';
import { notify } from '../model/notices.ts';
import { sourceWords } from '../model/replay.ts';
import { selectedRow } from '../model/selected-row.ts';
import type { Tab } from '../model/tab.ts';
import { whyEmpty } from '../model/why-empty.ts';
import { CONNECTIONS } from './connections.ts';
import { healthRole } from './dashboard.ts';

/** This machine talking to itself is no neighbourhood. */
const OWN = new Set(['127.0.0.1', '::1']);
/** DNS servers that are drawn. */
const MOST_SERVERS = 3;
const remotesByMachine = new WeakMap<Machine, readonly AnyRow[]>();

function remotesOf(machine: Machine): readonly AnyRow[] {
  let rows = remotesByMachine.get(machine);
  if (rows === undefined) {
    rows = summarize(machine.conns, 'remote', machine.at?.time ?? '').filter(
      ({ key }) => key !== null && !OWN.has(key),
    );
    remotesByMachine.set(machine, rows);
  }
  return rows;
}

const REMOTES: ListSpec = {
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

/** A box of three lines in a frame. */
const BOX = 5;

/** How the columns share a width: three of boxes, with edges between them. */
interface Columns {
  readonly left: number;
  readonly edge: number;
  readonly centre: number;
  readonly right: number;
}

/** Narrower than this there is no room for the infrastructure. */
const LEAST_FOR_ALL = 48;

function columnsOf(width: number): Columns {
  const left = width < LEAST_FOR_ALL ? 0 : Math.max(14, Math.min(28, Math.floor(width * 0.26)));
  const centre = Math.max(16, Math.min(30, Math.floor(width * 0.28)));
  const right = Math.max(18, Math.min(43, Math.floor(width * 0.32)));
  return { left, centre, right, edge: Math.max(0, Math.min(16, Math.floor((width - left - centre - right) / 2))) };
}

export const topology: Tab = {
  name: 'topology',
  title: 'topology',
  shortTitle: 'topologyShort',
  lists: [REMOTES],
  headline(model) {
    const { texts } = model.settings;
    const remotes = remotesOf(model.machine) as unknown as readonly ConnSummaryRow[];
    return [
      piece(`  ${texts.remotes} `, 'faint'),
      piece(String(remotes.length)),
      piece(`  ${texts.connectionsCounted} `, 'faint'),
      piece(String(remotes.reduce((sum, { conns }) => sum + conns, 0))),
    ];
  },
  view(model, width, height) {
    const columns = columnsOf(width);
    const left = infrastructure(model, columns.left, height);
    const right = remotes(model, columns.right, height);
    const centre = thisMachine(model, columns.centre, height);
    const used = columns.left + columns.centre + columns.right + 2 * columns.edge;
    return Array.from({ length: height }, (_, row) => {
      const near = left.labels.get(row);
      const far = right.labels.get(row);
      return (
        left.lines[row]! +
        edge(model.settings.theme, near ?? null, columns.edge) +
        centre[row]! +
        edge(model.settings.theme, far ?? null, columns.edge) +
        right.lines[row]! +
        blank(width - used)
      );
    });
  },

  place(_list, _model, width, height) {
    const { left, centre, right, edge: gap } = columnsOf(width);
    const rows = Math.max(1, Math.floor(height / BOX));
    return { row: 0, column: left + centre + 2 * gap, width: right, height: rows, pitch: BOX, hasHeadings: false };
  },
  keys: [
    {
      keys: ['enter'],
      shown: 'Enter',
      label: 'keyToConnections',
      help: 'helpToConnections',
      footer: 1,
      act(model) {
        const row = selectedRow(model, REMOTES);
        if (row === null) return step(notify(model, 'noticeNothingSelected', {}, true));
        return step(filteredConnections(model, CONNECTIONS, String(row.key)));
      },
    },
  ],
};

/** Boxes below each other, and what the edges at their middles say. */
interface Stack {
  readonly lines: readonly string[];
  readonly labels: ReadonlyMap<number, string>;
}

/** Three lines in a frame, in the colour of `role`. */
function box(
  theme: Theme,
  texts: readonly (readonly [string, Role | null])[],
  width: number,
  role: Role,
): readonly string[] {
  const [topLeft, topRight, bottomLeft, bottomRight] = theme.glyphs.corners;
  const { horizontal, vertical } = theme.glyphs;
  const side = paint(theme, role, vertical);
  const across = horizontal.repeat(Math.max(0, width - 2));
  return [
    paint(theme, role, topLeft + across + topRight),
    ...texts.map(
      ([text, own]) => `${side} ${paint(theme, own, cell(text, width - 4, 'left', theme.glyphs.ellipsis))} ${side}`,
    ),
    paint(theme, role, bottomLeft + across + bottomRight),
  ];
}

function edge(theme: Theme, label: string | null, width: number): string {
  if (label === null) return blank(width);
  const { horizontal } = theme.glyphs;
  const text = label === '' ? '' : ` ${label} `;
  if (widthOf(text) > width) return paint(theme, 'frame', horizontal.repeat(width));
  const before = Math.floor((width - widthOf(text)) / 2);
  return (
    paint(theme, 'frame', horizontal.repeat(before)) +
    text +
    paint(theme, 'frame', horizontal.repeat(width - before - widthOf(text)))
  );
}

/** The gateways and the first DNS servers, with how they do. */
function infrastructure(model: Model, width: number, height: number): Stack {
  const { theme, texts } = model.settings;
  const { host, dnsServers, health, conns } = model.machine;
  if (width === 0) return { lines: exactly([], 0, height), labels: new Map() };
  const nodes = [
    ...(host?.gateway ?? []).map((addr) => ({ name: texts.gateway, addr })),
    ...dnsServers.slice(0, MOST_SERVERS).map(({ addr }) => ({ name: 'DNS', addr })),
  ].slice(0, Math.max(1, Math.floor(height / BOX)));
  const lines: string[] = [];
  const labels = new Map<number, string>();
  for (const { name, addr } of nodes) {
    const known = [...health.values()].find(({ row }) => row.addr === addr);
    const role = known === undefined ? 'faint' : healthRole(known.row);
    labels.set(lines.length + 2, `${conns.filter(({ remote_addr }) => remote_addr === addr).length}×`);
    lines.push(
      ...box(
        theme,
        [
          [name, 'strong'],
          [addr, null],
          [`${theme.glyphs.dot} ${healthOf(model, known)}`, role],
        ],
        width,
        'frame',
      ),
    );
  }
  return { lines: exactly(lines, width, height), labels };
}

function healthOf({ settings: { texts, numerals, probes } }: Model, known: TargetHistory | undefined): string {
  if (known === undefined) return probes ? texts.waitingShort : texts.noProbeShort;
  const { rtt_avg_ms, loss_pct } = known.row;
  const rtt = rtt_avg_ms === null ? '?' : formatMillis(rtt_avg_ms, numerals);
  return `${rtt} ${loss_pct === null ? '?' : numerals(loss_pct, 0)}%`;
}

/** The box of this machine is as high as the tab, so that every edge meets it. */
function thisMachine(model: Model, width: number, height: number): readonly string[] {
  const { theme, numerals } = model.settings;
  const { host, ifaces } = model.machine;
  const up = ifaces.filter(({ kind, state }) => kind !== 'loopback' && state === 'up');
  const main = up.find(({ ipv4, ipv6 }) => ipv4.length + ipv6.length > 0);
  const rate = (side: 'rx_rate' | 'tx_rate'): string =>
    `${formatBytes(
      up.reduce((sum, row) => sum + (row[side] ?? 0), 0),
      numerals,
    )}/s`;
  const texts: (readonly [string, Role | null])[] = [
    [host?.hostname ?? model.replay?.name ?? '?', 'title'],
    [(main?.ipv4[0] ?? main?.ipv6[0] ?? '?').split('/', 1)[0]!, null],
    [up.map(({ name }) => name).join(' / ') || '?', 'faint'],
    [`${theme.glyphs.up} ${rate('tx_rate')}`, 'sent'],
    [`${theme.glyphs.down} ${rate('rx_rate')}`, 'received'],
  ];
  const room = Math.max(0, height - 2);
  const above = Math.max(0, Math.floor((room - texts.length) / 2));
  const none: readonly [string, null] = ['', null];
  const filled = [...Array.from({ length: above }, () => none), ...texts].slice(0, room);
  return box(theme, [...filled, ...Array.from({ length: room - filled.length }, () => none)], width, 'good');
}

/** The remote hosts with the most connections, from the one that is shown first. */
function remotes(model: Model, width: number, height: number): Stack {
  const { theme, texts, places, names } = model.settings;
  const arranged = arrange(model, REMOTES);
  const { selection } = listState(model, REMOTES);
  const fits = Math.max(1, Math.floor(height / BOX));
  const selected = selectedIndex(selection, arranged);
  const top = topFor(selection.top, selected, arranged.entries.length, fits);
  const lines: string[] = [];
  const labels = new Map<number, string>();
  const protocols = protocolsByRemote(model.machine);
  for (const [index, { row }] of arranged.entries.slice(top, top + fits).entries()) {
    const { key, conns, established, processes } = row as unknown as ConnSummaryRow;
    const used = protocols.get(key ?? '') ?? { names: '', country: null, host: null };
    const process = `${processes[0] ?? '?'}${processes.length > 1 ? ` +${processes.length - 1}` : ''} (${used.names})`;
    const last = places && used.country !== null ? used.country : `${texts.established} ${established}`;
    labels.set(lines.length + 2, `${conns}×`);
    const role = top + index === selected ? 'mark' : established > 0 ? 'good' : 'frame';
    lines.push(
      ...box(
        theme,
        [
          [
            `${model.machine.newRemotes.has(key ?? '') ? `${theme.glyphs.star} ` : ''}${(names ? used.host : null) ?? key ?? '?'}`,
            'strong',
          ],
          [process, null],
          [last, 'faint'],
        ],
        width,
        role,
      ),
    );
  }
  if (arranged.entries.length === 0) lines.push(line(theme, [piece(` ${whyEmpty(model)}`, 'faint')], width));
  return { lines: exactly(lines, width, height), labels };
}

interface RemoteFacts {
  readonly names: string;
  readonly country: string | null;
  readonly host: string | null;
}
const factsByMachine = new WeakMap<Machine, ReadonlyMap<string, RemoteFacts>>();

function protocolsByRemote(machine: Machine): ReadonlyMap<string, RemoteFacts> {
  const known = factsByMachine.get(machine);
  if (known !== undefined) return known;
  const names = new Map<string, Set<string>>();
  const countries = new Map<string, string>();
  const hosts = new Map<string, string>();
  for (const { remote_addr, proto, geo_country, remote_host } of machine.conns) {
    if (remote_addr === null) continue;
    const those = names.get(remote_addr) ?? new Set<string>();
    names.set(remote_addr, those.add(proto.toUpperCase()));
    if (geo_country !== null) countries.set(remote_addr, geo_country);
    if (remote_host !== null) hosts.set(remote_addr, remote_host);
  }
  const facts = new Map(
    [...names].map(([addr, those]) => [
      addr,
      { names: [...those].join(' '), country: countries.get(addr) ?? null, host: hosts.get(addr) ?? null },
    ]),
  );
  factsByMachine.set(machine, facts);
  return facts;
}
