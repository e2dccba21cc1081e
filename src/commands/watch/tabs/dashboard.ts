import { widthOf } from '../../../core/output/text-width.ts';
import { formatBytes, formatMillis } from '../../../core/output/units.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { InsightRow } from '../../../core/record/tables/insight.ts';
import { blank, cell, exactly, line, type Piece, piece } from '../../../core/screen/cells.ts';
import { graph, sparkLine, topOf } from '../../../core/screen/graph.ts';
import { paint, type Role } from '../../../core/screen/theme.ts';
import type { ListPlace, ListSpec } from '../model/list-spec.ts';
import { HISTORY, type TargetHistory } from '../model/machine.ts';
import type { Model } from '../model/model.ts';
import type { Tab } from '../model/tab.ts';
import { notInCapture } from '../model/why-empty.ts';
import { fill } from '../texts/fill.ts';
import { listView, sectionTitle } from '../views/list-view.ts';
import { CONNECTIONS } from './connections.ts';
import { healthRole, rttRole } from './health-role.ts';

/** The busiest connections, in fewer columns than on their own tab. */
const TOP: ListSpec = {
  ...CONNECTIONS,
  name: 'topConnections',
  title: 'topConnections',
  fields: () => [
    'process',
    'proto',
    'local_port',
    'remote_addr',
    'remote_port',
    'rx_rate',
    'tx_rate',
    'rtt_ms',
    'state',
  ],
};

interface Shares {
  readonly interfaces: number;
  readonly bandwidth: number;
  readonly top: number;
  readonly health: number;
  readonly findings: number;
}

/** How the height is shared, each part with its title. What the machine has little of leaves room for connections. */
function shares({ machine, settings, replay }: Model, height: number): Shares {
  const isHigh = height >= 30;
  const interfaces = 1 + Math.max(1, Math.min(active(machine.ifaces).length, isHigh ? 8 : 3));
  const bandwidth = replay !== null ? 0 : 1 + (settings.isLite ? 0 : isHigh ? 6 : 2);
  const health = 2 + Math.max(1, Math.min(machine.health.size, isHigh ? 6 : 3));
  const findings = 1 + Math.max(1, Math.min(machine.insights.length, isHigh ? 5 : 2));
  const top = Math.max(4, height - interfaces - bandwidth - health - findings);
  return { interfaces, bandwidth, top, health, findings };
}

/** Those that are up, the busiest first; loopback last. */
const active = (ifaces: readonly IfaceRow[]): readonly IfaceRow[] =>
  ifaces
    .filter(({ state, kind }) => state === 'up' || state === 'unknown' || kind === 'loopback')
    .sort(
      (a, b) =>
        Number(a.kind === 'loopback') - Number(b.kind === 'loopback') ||
        (b.rx_rate ?? 0) + (b.tx_rate ?? 0) - (a.rx_rate ?? 0) - (a.tx_rate ?? 0),
    );

export const dashboard: Tab = {
  name: 'dashboard',
  title: 'dashboard',
  shortTitle: 'dashboardShort',
  lists: [TOP],
  headline: ({ machine }) => [piece(machine.host === null ? '' : ` ${machine.host.hostname}`, 'faint')],
  view(model, width, height) {
    const share = shares(model, height);
    return exactly(
      [
        ...interfacesView(model, width, share.interfaces),
        ...bandwidthView(model, width, share.bandwidth),
        sectionTitle(model, model.settings.texts.topConnections, ` ${model.machine.conns.length}`, width, true),
        ...listView(model, TOP, width, share.top - 1, true),
        ...healthView(model, width, share.health),
        ...findingsView(model, width, share.findings),
      ],
      width,
      height,
    );
  },
  place(_list, model, width, height): ListPlace {
    const share = shares(model, height);
    return { row: share.interfaces + share.bandwidth + 2, column: 0, width, height: share.top - 2 };
  },
  keys: [],
};

const RATE = 10;
const STATE = 8;
const ADDR = 19;
const LEAST_SPARKS = 4;

function interfacesView(model: Model, width: number, height: number): readonly string[] {
  const { theme, texts, numerals, isLite } = model.settings;
  const name = 12;
  // where not all fits, the address goes first, then the history, then the state
  const needed = 1 + name + 2 * (1 + RATE);
  const hasState = width >= needed + 1 + STATE;
  const hasSparks = width >= needed + 1 + STATE + 2 * (1 + LEAST_SPARKS);
  const hasAddr = width >= needed + 1 + STATE + 2 * (1 + LEAST_SPARKS) + 1 + ADDR;
  const free = width - needed - (1 + STATE) - (hasAddr ? 1 + ADDR : 0) - 3;
  const sparks = Math.max(LEAST_SPARKS, Math.min(30, Math.floor(free / 2)));
  const rate = (value: number | null): string =>
    value === null ? '?' : value === 0 ? '–' : `${formatBytes(value, numerals)}/s`;
  const rows = active(model.machine.ifaces)
    .slice(0, height - 1)
    .map((row) => {
      const { rx, tx } = model.machine.rates.get(row.name) ?? { rx: [], tx: [] };
      const spark = (values: readonly (number | null)[], role: Role): string =>
        hasSparks ? ` ${isLite ? blank(sparks) : sparkLine(theme, values, sparks, topOf(values, 1), role)}` : '';
      const addr = hasAddr ? ` ${paint(theme, 'faint', cell(row.ipv4[0] ?? row.ipv6[0] ?? '', ADDR))}` : '';
      const role = row.state === 'up' ? 'good' : row.state === 'unknown' ? null : 'bad';
      const state = hasState ? ` ${paint(theme, role, cell(row.state, STATE, 'left', theme.glyphs.ellipsis))}` : '';
      return (
        ` ${cell(row.name, name, 'left', theme.glyphs.ellipsis)}${addr}` +
        `${spark(rx, 'received')} ${paint(theme, 'received', cell(rate(row.rx_rate), RATE, 'right'))}` +
        `${spark(tx, 'sent')} ${paint(theme, 'sent', cell(rate(row.tx_rate), RATE, 'right'))}${state}`
      );
    });
  const used = needed + (hasState ? 1 + STATE : 0) + (hasAddr ? 1 + ADDR : 0) + (hasSparks ? 2 * (1 + sparks) : 0);
  const captured = notInCapture(model);
  const fitted =
    captured !== null
      ? [line(theme, [piece(` ${captured}`, 'faint')], width)]
      : rows.map((row) => row + blank(Math.max(0, width - used)));
  return exactly(
    [sectionTitle(model, texts.interfaces, ` ${model.machine.ifaces.length}`, width, false), ...fitted],
    width,
    height,
  );
}

/** Received and sent by all interfaces but loopback, together. */
function bandwidthView(model: Model, width: number, height: number): readonly string[] {
  const { theme, texts, numerals } = model.settings;
  const { rx, tx } = model.machine.bandwidth;
  const half = Math.max(1, Math.floor((height - 1) / 2));
  const written = (values: readonly (number | null)[]): string => {
    const last = values.at(-1) ?? null;
    return last === null ? '?' : `${formatBytes(last, numerals)}/s`;
  };
  const side = (name: string, values: readonly (number | null)[], role: Role): readonly string[] => {
    const label = 2 + Math.max(widthOf(texts.received), widthOf(texts.sent));
    const top = topOf(values, 1);
    // over the whole width: some values may be a column wider than others
    const columns = Math.max(HISTORY, width - label);
    const wide = Array.from(
      { length: columns },
      (_, column) => values[Math.floor((column * HISTORY) / columns)] ?? null,
    );
    return graph(theme, wide, width - label, half, top, role).map(
      (text, row) => paint(theme, role, cell(row === 0 ? ` ${name}` : '', label)) + text,
    );
  };
  const title = ` ${texts.received} ${written(rx)}  ${texts.sent} ${written(tx)}  ${texts.last60s}`;
  return exactly(
    [
      sectionTitle(model, texts.bandwidth, title, width, false),
      ...side(texts.received, rx, 'received'),
      ...side(texts.sent, tx, 'sent'),
    ],
    width,
    height,
  );
}

function healthView(model: Model, width: number, height: number): readonly string[] {
  const { theme, texts, numerals } = model.settings;
  const { health, ifaces } = model.machine;
  const sum = (field: 'rx_errors' | 'tx_errors' | 'rx_dropped' | 'tx_dropped' | 'collisions'): number =>
    ifaces.reduce((all, row) => all + (row[field] ?? 0), 0);
  const count = (name: string, value: number): readonly Piece[] => [
    piece(` ${name} `, 'faint'),
    piece(numerals(value, 0), value > 0 ? 'bad' : null),
  ];
  const totals = line(
    theme,
    [
      ...count(`${texts.errors} ${texts.received}`, sum('rx_errors')),
      ...count(texts.sent, sum('tx_errors')),
      ...count(` ${texts.drops} ${texts.received}`, sum('rx_dropped')),
      ...count(texts.sent, sum('tx_dropped')),
      ...count(` ${texts.collisions}`, sum('collisions')),
    ],
    width,
  );
  const rows = [...health.values()].slice(0, height - 2).map((one) => healthLine(model, one, width));
  const empty = line(theme, [piece(` ${whyNoHealth(model)}`, 'faint')], width);
  return exactly(
    [
      sectionTitle(model, texts.health, '', width, false),
      ...(rows.length === 0 ? [empty] : rows),
      ...(model.replay === null ? [totals] : []),
    ],
    width,
    height,
  );
}

function whyNoHealth(model: Model): string {
  const { texts, probes, isLite } = model.settings;
  const captured = notInCapture(model);
  if (captured !== null) return captured;
  return probes ? texts.waiting : fill(texts.noProbe, { option: isLite ? '--lite' : '--no-probe' });
}

function healthLine(
  { settings: { theme, texts, numerals, isLite } }: Model,
  { row, rtts }: TargetHistory,
  width: number,
): string {
  const isNamed = row.addr === null || row.target.includes(row.addr);
  const name = cell(
    isNamed ? row.target : `${row.target} ${row.addr}`,
    Math.max(1, Math.min(34, Math.floor(width / 2), width - 21 - widthOf(texts.loss))),
    'left',
    theme.glyphs.ellipsis,
  );
  const rtt = cell(row.rtt_avg_ms === null ? '?' : formatMillis(row.rtt_avg_ms, numerals), 8, 'right');
  const loss = cell(row.loss_pct === null ? '?' : `${numerals(row.loss_pct, 0)} %`, 6, 'right');
  const role = healthRole(row);
  const used = 3 + widthOf(name) + 1 + 8 + 1 + 6 + 1 + widthOf(texts.loss) + 1;
  const room = Math.max(0, width - used);
  const mapped = Math.min(room, HISTORY);
  const map = isLite ? ' '.repeat(mapped) : sparkLine(theme, rtts, mapped, topOf(rtts, 1), rttRole);
  const text = ` ${paint(theme, role, theme.glyphs.dot)} ${name} ${paint(theme, role, rtt)} ${paint(theme, row.loss_pct === 0 ? null : role, loss)} ${paint(theme, 'faint', texts.loss)} ${map}`;
  return text + ' '.repeat(Math.max(0, room - HISTORY));
}

const SEVERITY_ROLES = { error: 'bad', warn: 'notice', note: 'faint' } as const;

function findingsView(model: Model, width: number, height: number): readonly string[] {
  const { theme, texts } = model.settings;
  const { insights } = model.machine;
  const rows = insights.slice(0, height - 1).map((row) => findingLine(model, row, width));
  const none = line(theme, [piece(` ${texts.noFindings}`, 'faint')], width);
  return exactly(
    [sectionTitle(model, texts.findings, ` ${insights.length}`, width, false), ...(rows.length === 0 ? [none] : rows)],
    width,
    height,
  );
}

function findingLine({ settings: { theme } }: Model, { severity, summary, rule }: InsightRow, width: number): string {
  const role = SEVERITY_ROLES[severity];
  return line(theme, [piece(` ${theme.glyphs[severity]} `, role), piece(summary), piece(`  ${rule}`, 'faint')], width);
}
