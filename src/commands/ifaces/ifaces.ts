import { usageError } from '../../core/failure.ts';
import { instantOf } from '../../core/instant.ts';
import { type AnyRow, type RecordTable, type Section, type Snapshot, section } from '../../core/record/table.ts';
import { iface } from '../../core/record/tables/iface.ts';
import { dnsServer, host, neighbor, route } from '../../core/record/tables/network-config.ts';
import { openInterfaceSampler } from '../../core/sample/interface-sampler.ts';
import { NETWORK_TABLES, type NetworkPart, readNetwork } from '../../core/sample/network-sampler.ts';
import type { PlatformOptions } from '../../core/system/platform.ts';
import type { Context } from '../context/context.ts';
import { placeOf } from '../context/place.ts';
import { type ListingValues, listing, type Request } from '../listing/command.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
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
  refusesRoot: ({ read }) => (read === null ? null : '--root is about a machine, not about a file of --read'),
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
  tableOf: (values) => tableOf(requestOf(values)),
  run: async function* (context, values, _operands, request) {
    const asked = requestOf(values);
    if (values.read === null) {
      const rates = RATE_FIELDS.some((field) => request.asked.has(field));
      yield* runLive(context, { ...asked, rates }, request);
      return;
    }
    refuseLiveOptions(values, ['netns']);
    yield* runSaved(context, values.read, asked);
  },
});

/** What is asked of interfaces, or of the configuration. */
interface IfaceRequest {
  /** null for the interfaces. */
  readonly part: NetworkPart | null;
  /** Only this interface; null for all. */
  readonly interface: string | null;
  readonly isUp: boolean;
  readonly place: PlatformOptions;
}

/** Throws Failure 64 for options that exclude each other. */
function requestOf(values: IfaceValues): IfaceRequest {
  const { root, netns, up } = values;
  const parts = (Object.keys(NETWORK_TABLES) as NetworkPart[]).filter((part) => values[part]);
  if (parts.length > 1) throw usageError('--routes, --dns, --neighbors and --host exclude each other');
  return { part: parts[0] ?? null, interface: values.interface, isUp: up, place: { root, netns } };
}

const tableOf = ({ part }: IfaceRequest): RecordTable => (part === null ? iface : NETWORK_TABLES[part]);

/** Which rows are asked for, of any of the tables. */
function compileTest(asked: IfaceRequest): (row: AnyRow) => boolean {
  const name = asked.part === null ? 'name' : 'iface';
  const hasInterface = asked.part !== 'host' && asked.interface !== null;
  const mustBeUp = asked.isUp && asked.part === null;
  return (row) => !(hasInterface && row[name] !== asked.interface) && !(mustBeUp && !isUp(row));
}

const isUp = ({ state }: AnyRow): boolean => state === 'up' || state === 'unknown';

/** The same of records saved earlier. */
async function* runSaved(context: Context, file: string, asked: IfaceRequest): AsyncGenerator<Snapshot> {
  const table = tableOf(asked);
  const keeps = compileTest(asked);
  const input = await openInput(context, file, loadRecordReader);
  for await (const rows of readSavedRecords(context, file, table, input)) yield [{ table, rows: rows.filter(keeps) }];
}

/** Rejects with a Failure 66 for an interface that does not exist. */
async function* runLive(
  context: Context,
  asked: IfaceRequest & { readonly rates: boolean },
  { ticks, sayLimits }: Request,
): AsyncGenerator<Snapshot> {
  const place = await placeOf(context, asked.place);
  if (asked.interface !== null) await requireInterface(place.platform, asked.interface);
  const keeps = compileTest(asked);
  const interfaces = openInterfaceSampler(place, asked);
  for await (const tick of ticks) {
    const { limits, ...found } =
      asked.part === null ? await lookAt(instantOf(tick)) : await readNetwork(place.platform, asked.part);
    sayLimits(limits);
    yield [{ ...found, rows: [...found.rows].filter(keeps) }];
  }

  async function lookAt(
    at: ReturnType<typeof instantOf>,
  ): Promise<Section & { limits: Parameters<typeof sayLimits>[0] }> {
    const { rows, limits } = await interfaces.look(at);
    return { ...section(iface, rows), limits };
  }
}
