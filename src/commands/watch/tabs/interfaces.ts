import { formatBytes } from '../../../core/output/units.ts';
import type { SortKey } from '../../../core/record/sort.ts';
import type { AnyRow, RecordTable } from '../../../core/record/table.ts';
import { type IfaceRow, iface } from '../../../core/record/tables/iface.ts';
import { dnsServer, neighbor, route } from '../../../core/record/tables/network-config.ts';
import { beside, type Piece, piece } from '../../../core/screen/cells.ts';
import { graph, topOf } from '../../../core/screen/graph.ts';
import type { Role, Theme } from '../../../core/screen/theme.ts';
import { step } from '../model/action.ts';
import { arrange } from '../model/arranged.ts';
import { selectPinned } from '../model/list-keys.ts';
import { type ListPlace, type ListSpec, PLAIN_LIST } from '../model/list-spec.ts';
import type { Machine } from '../model/machine.ts';
import type { Model } from '../model/model.ts';
import { notify } from '../model/notices.ts';
import { pin } from '../model/pinned-row.ts';
import { selectedRow } from '../model/selected-row.ts';
import type { Tab } from '../model/tab.ts';
import type { TableDialog } from '../model/table-dialog.ts';
import { notInCapture } from '../model/why-empty.ts';
import { listTitle, listView, sectionTitle } from '../views/list-view.ts';

const INTERFACES: ListSpec = {
  ...PLAIN_LIST,
  name: 'interfaces',
  title: 'interfaces',
  table: iface,
  fields: () => [
    ...[
      'name',
      'state',
      'kind',
      'ipv4',
      'rx_rate',
      'tx_rate',
      'rx_packet_rate',
      'tx_packet_rate',
      'rx_bytes',
      'tx_bytes',
    ],
    ...['rx_errors', 'tx_errors', 'rx_dropped', 'tx_dropped', 'mtu', 'speed_mbps', 'mac', 'ipv6'],
  ],
  rows: ({ machine }) => machine.ifaces,
  identify: ({ name, index }) => `${index} ${name}`,
  usualSort: [
    { field: 'rx_rate', descending: true },
    { field: 'tx_rate', descending: true },
    { field: 'index', descending: false },
  ],
  detail: (row, model) => detailOf(row as unknown as IfaceRow, model),
  whyNone: notInCapture,
  command: () => ['ifaces'],
};

function detailOf(row: IfaceRow, { settings: { numerals, texts } }: Model): readonly (readonly Piece[])[] {
  const facts = (pairs: readonly (readonly [string, string | null])[]): readonly Piece[] =>
    pairs.flatMap(([name, value]) =>
      value === null || value === '' ? [] : [piece(` ${name} `, 'faint'), piece(value)],
    );
  const number = (value: number | null): string | null => (value === null ? null : numerals(value, 0));
  return [
    facts([
      ['mac', row.mac],
      ['ipv4', row.ipv4.join(', ')],
      ['ipv6', row.ipv6.join(', ')],
    ]),
    facts([
      [texts.received, row.rx_bytes === null ? null : formatBytes(row.rx_bytes, numerals)],
      [texts.sent, row.tx_bytes === null ? null : formatBytes(row.tx_bytes, numerals)],
      [texts.packets, `${number(row.rx_packets) ?? '?'}/${number(row.tx_packets) ?? '?'}`],
      [texts.errors, `${number(row.rx_errors) ?? '?'}/${number(row.tx_errors) ?? '?'}`],
      [texts.drops, `${number(row.rx_dropped) ?? '?'}/${number(row.tx_dropped) ?? '?'}`],
      [texts.collisions, number(row.collisions)],
      ['multicast', number(row.multicast)],
      ['duplex', row.duplex],
    ]),
  ];
}

/** A list of the configuration. */
const part = (
  name: 'routes' | 'neighbors' | 'dnsServers',
  table: RecordTable,
  fields: readonly string[],
  usualSort: readonly SortKey[],
  options: readonly string[],
  rows: (machine: Machine) => readonly AnyRow[],
): ListSpec => ({
  ...PLAIN_LIST,
  name,
  title: name,
  table,
  fields: () => fields,
  rows: ({ machine }) => rows(machine),
  identify: (row) => fields.map((field) => row[field]).join(' '),
  usualSort,
  detail: (row) => [fields.flatMap((field) => [piece(` ${field} `, 'faint'), piece(String(row[field] ?? '?'))])],
  whyNone: notInCapture,
  command: () => ['ifaces', ...options],
});

const ROUTES = part(
  'routes',
  route,
  ['dst', 'gateway', 'iface', 'metric', 'src', 'proto', 'table'],
  [],
  // the kernel is asked for all of them
  ['--routes', '--table', 'all'],
  (machine) => machine.routes,
);
const NEIGHBORS = part(
  'neighbors',
  neighbor,
  ['addr', 'mac', 'iface', 'state'],
  [],
  ['--neighbors'],
  (machine) => machine.neighbors,
);
const DNS = part(
  'dnsServers',
  dnsServer,
  ['addr', 'port', 'iface', 'source'],
  [],
  ['--dns'],
  (machine) => machine.dnsServers,
);

/** How the height is shared: interfaces, the history of the selected one, and the three lists of the configuration side by side. */
function shares(
  model: Model,
  height: number,
): { readonly list: number; readonly graph: number; readonly config: number } {
  const wanted = arrange(model, INTERFACES).entries.length + 1;
  const config = Math.max(4, Math.floor(height / 3));
  // the line over the graphs has the rates
  const graphs = model.settings.isLite ? 1 : height >= 20 ? 5 : 3;
  const list = Math.max(3, Math.min(wanted, height - config - graphs));
  return { list, graph: graphs, config: height - list - graphs };
}

const configWidths = (width: number): readonly [number, number, number] => {
  const third = Math.floor(width / 3);
  return [width - 2 * third, third, third];
};

export const interfaces: Tab = {
  name: 'interfaces',
  title: 'interfaces',
  shortTitle: 'interfacesShort',
  lists: [INTERFACES, ROUTES, NEIGHBORS, DNS],
  headline: ({ machine }) => [
    piece(` ${machine.ifaces.length}`),
    piece(machine.host === null ? '' : `  ${machine.host.hostname}`, 'faint'),
  ],
  view(model, width, height) {
    const share = shares(model, height);
    const focus = model.focus.interfaces ?? 0;
    const widths = configWidths(width);
    const panels = [ROUTES, NEIGHBORS, DNS].map((list, index) => [
      listTitle(model, list, widths[index]!, focus === index + 1),
      ...listView(model, list, widths[index]!, share.config - 1, focus === index + 1),
    ]);
    return [
      ...listView(model, INTERFACES, width, share.list, focus === 0),
      ...historyView(model, width, share.graph),
      ...panels.reduce((left, right) => [...beside(left, right)]),
    ];
  },
  place(list, model, width, height): ListPlace | null {
    const share = shares(model, height);
    if (list === INTERFACES) return { row: 1, column: 0, width, height: share.list - 1 };
    const index = [ROUTES, NEIGHBORS, DNS].indexOf(list);
    const widths = configWidths(width);
    const column = widths.slice(0, index).reduce((sum, one) => sum + one, 0);
    return { row: share.list + share.graph + 2, column, width: widths[index]!, height: share.config - 2 };
  },
  dialog: interfaceDialog,
  keys: [
    {
      keys: ['enter'],
      shown: 'Enter',
      label: 'keyAddresses',
      help: 'helpAddresses',
      footer: 1,
      act(model, { list, height, key }) {
        if (list !== INTERFACES) return step(notify(model, 'noticeNoKey', { key }, true));
        const pinned = pin(model, INTERFACES);
        if (pinned === null) return step(notify(model, 'noticeNothingSelected', {}, true));
        return step({ ...selectPinned(model, INTERFACES, height), popup: { kind: 'tables', top: 0, pinned } });
      },
    },
  ],
};

/** The addresses, routes and DNS servers of an interface; DNS servers of no interface are for all. */
function interfaceDialog(model: Model, shown: AnyRow): TableDialog {
  const row = shown as unknown as IfaceRow;
  const { texts } = model.settings;
  const { routes, dnsServers } = model.machine;
  const orNone = (value: string | number | null): string => (value === null ? '' : String(value));
  return {
    title: [row.name, row.kind, row.state, row.mac].filter((part) => part !== null).join('  '),
    tables: [
      { columns: [texts.addresses], rows: [...row.ipv4, ...row.ipv6].map((addr) => [addr]) },
      {
        columns: [texts.routes, texts.gateway, 'metric'],
        rows: routes
          .filter(({ iface: name, table }) => name === row.name && table !== 'local')
          .map(({ dst, gateway, metric }) => [orNone(dst), orNone(gateway), orNone(metric)]),
      },
      {
        columns: [texts.dnsServers, 'source'],
        rows: dnsServers
          .filter(({ iface: name }) => name === null || name === row.name)
          .map(({ addr, source }) => [addr, orNone(source)]),
      },
    ],
  };
}

/** The rates of the selected interface: received at the left, sent at the right. */
function historyView(model: Model, width: number, height: number): readonly string[] {
  const { theme, texts } = model.settings;
  const row = selectedRow(model, INTERFACES);
  const history = model.machine.rates.get(String(row?.name)) ?? { rx: [], tx: [] };
  const half = Math.floor(width / 2);
  const side = (title: string, values: readonly (number | null)[], role: Role, own: number): readonly string[] => [
    sectionTitle(model, `${row?.name ?? ''} ${title}`, rateOf(model, values), own, false),
    ...graph(theme, values, own, height - 1, topOf(values, 1), role),
  ];
  return beside(side(texts.received, history.rx, 'received', half), side(texts.sent, history.tx, 'sent', width - half));
}

function rateOf(
  { settings: { numerals } }: { readonly settings: Model['settings'] & { readonly theme: Theme } },
  values: readonly (number | null)[],
): string {
  const last = values.at(-1) ?? null;
  return last === null ? '' : ` ${formatBytes(last, numerals)}/s`;
}
