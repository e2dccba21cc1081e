import { usageError } from '../../core/failure.ts';
import { openInterfaceRates } from '../../core/network/interface-rates.ts';
import { hostOf } from '../../core/network/network-config.ts';
import { type AnyRow, type RecordTable, type Section, type Snapshot, section } from '../../core/record/table.ts';
import { type IfaceRow, iface } from '../../core/record/tables/iface.ts';
import { dnsServer, host, neighbor, route } from '../../core/record/tables/network-config.ts';
import type { Instant } from '../../core/socket/conn-row.ts';
import type { Context } from '../context/context.ts';
import { type ListingValues, listing, type Request } from '../listing/command.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
import { instantNow, instantOf, RATE_SAMPLE_MS, type Tick } from '../listing/ticks.ts';
import { flag, text } from '../options/option.ts';
import { machineOptions, resolveOptions } from '../options/shared-options.ts';
import { openInput } from '../reading/open-input.ts';
import { requireInterface } from '../reading/require-interface.ts';
import { loadRecordReader, readSavedRecords, refuseLiveOptions } from '../reading/saved-records.ts';
import { IFACE_FORMATS } from './iface-formats.ts';

const RATE_FIELDS = ['rx_rate', 'tx_rate', 'rx_packet_rate', 'tx_packet_rate'];

const options = {
  routes: flag('The routing tables instead.'),
  dns: flag('The DNS servers in use instead.'),
  neighbors: flag('The neighbours on the link (ARP, NDP) instead.'),
  host: flag('This machine instead: name, system, gateways, DNS servers.'),
  up: flag('Only interfaces whose state is up (or unknown, as of tunnels and loopback).'),
  interface: text('Only this interface.', { short: 'i', value: 'NAME', offers: 'interface' }),
  ...resolveOptions,
  ...machineOptions('records saved with --json'),
};
type IfaceValues = ListingValues<typeof options>;

/** `netwatch ifaces`: interfaces, and how the machine is configured. */
export const ifaces = listing({
  name: 'ifaces',
  about: 'interfaces with addresses, counters and rates; routes, DNS servers, neighbours',
  details: [
    'One row per network interface, with its addresses, kind, speed, state and 64-bit counters.',
    'With --routes, --dns, --neighbors or --host the configuration is shown instead. Behind a local stub resolver (127.0.0.53), --dns names the servers the stub asks.',
    '-o prometheus names counters as node_exporter does (node_network_receive_bytes_total), so that both may be asked by the same expressions; do not give both to one collector. -o markdown is a table to paste into an issue.',
  ],
  operands: '',
  operandChoices: [],
  options,
  repeats: true,
  resolves: ({ resolve }) => resolve,
  formats: IFACE_FORMATS,
  runOf: ({ read }) => (read === null ? SNAPSHOTS : PARTS),
  tables: [iface, route, dnsServer, neighbor, host],
  examples: [
    { line: 'netwatch ifaces', about: 'every interface' },
    { line: 'netwatch ifaces --interval 1', about: 'with rates, every second' },
    { line: 'netwatch ifaces --routes -f "dst == default"', about: 'the default routes' },
    { line: 'netwatch ifaces --dns --json | jq -r .addr', about: 'DNS servers for a script' },
    { line: 'netwatch ifaces -o prometheus', about: 'metrics, named as by node_exporter' },
    { line: "netwatch ifaces --expect 'all(rx_errors == 0)'", about: 'a check for cron' },
  ],
  tableOf: (values) => tableOf(values),
  run: (context, values, _operands, request) =>
    values.read === null ? runLive(context, values, request) : runSaved(context, values, values.read),
});

function tableOf(values: IfaceValues): RecordTable {
  const chosen: RecordTable[] = [];
  if (values.routes) chosen.push(route);
  if (values.dns) chosen.push(dnsServer);
  if (values.neighbors) chosen.push(neighbor);
  if (values.host) chosen.push(host);
  if (chosen.length > 1) throw usageError('--routes, --dns, --neighbors and --host exclude each other');
  return chosen[0] ?? iface;
}

/** The same of records saved earlier. */
async function* runSaved(context: Context, values: IfaceValues, file: string): AsyncGenerator<Snapshot> {
  refuseLiveOptions(values, ['netns']);
  const table = tableOf(values);
  const name = table === iface ? 'name' : 'iface';
  const input = await openInput(context, file, values, loadRecordReader);
  for await (const rows of readSavedRecords(context, file, table, input)) {
    const named = values.interface === null ? rows : rows.filter((row) => row[name] === values.interface);
    yield [{ table, rows: values.up ? named.filter(isUp) : named }];
  }
}

const isUp = ({ state }: AnyRow): boolean => state === 'up' || state === 'unknown';

async function* runLive(context: Context, values: IfaceValues, request: Request): AsyncGenerator<Snapshot> {
  const platform = await context.openPlatform({ root: values.root, netns: values.netns });
  if (values.interface !== null) await requireInterface(platform, values.interface);
  const rates = openInterfaceRates();
  const needsRates = RATE_FIELDS.some((field) => request.asked.has(field));
  const onlyIface = <T extends { readonly iface: string | null }>(rows: readonly T[]): readonly T[] =>
    values.interface === null ? rows : rows.filter((row) => row.iface === values.interface);

  const readInterfaces = async (tick: Tick): Promise<Section> => {
    const sample = async (at: Instant): Promise<IfaceRow[]> =>
      rates.ingest(said(await platform.readInterfaces(), request), at);
    let rows = await sample(instantOf(tick));
    if (tick.number === 0 && needsRates) {
      await context.clock.sleep(RATE_SAMPLE_MS, context.signal);
      rows = await sample(instantNow(context.clock));
    }
    if (values.interface !== null) rows = rows.filter((row) => row.name === values.interface);
    if (values.up) rows = rows.filter(isUp);
    return section(iface, rows);
  };

  const read = async (tick: Tick): Promise<Section> => {
    if (values.routes) return section(route, onlyIface(said(await platform.readRoutes(), request)));
    if (values.dns) return section(dnsServer, onlyIface(said(await platform.readDnsServers(), request)));
    if (values.neighbors) return section(neighbor, onlyIface(said(await platform.readNeighbors(), request)));
    if (!values.host) return readInterfaces(tick);
    const [facts, routes, servers] = await Promise.all([
      platform.readHost(),
      platform.readRoutes(),
      platform.readDnsServers(),
    ]);
    return section(host, [hostOf(facts, said(routes, request), said(servers, request))]);
  };

  for await (const tick of request.ticks) yield [await read(tick)];
}

/** The rows of a reading, its limits said. */
function said<T>(
  reading: { readonly rows: readonly T[]; readonly limits: Parameters<Request['limited']>[0] },
  request: Request,
): readonly T[] {
  request.limited(reading.limits);
  return reading.rows;
}
