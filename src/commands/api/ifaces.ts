import type { RecordTable, Row } from '../../core/record/table.ts';
import { type IfaceRow, iface } from '../../core/record/tables/iface.ts';
import {
  type DnsServerRow,
  dnsServer,
  type HostRow,
  host,
  type NeighborRow,
  neighbor,
  type RouteRow,
  route,
} from '../../core/record/tables/network-config.ts';
import { type TunnelRow, tunnel } from '../../core/record/tables/tunnel.ts';
import type { IfacePart } from '../ifaces/iface-request.ts';
import { sampleInterfaces } from '../ifaces/sample-interfaces.ts';
import type { Listening } from './headless.ts';
import { type Choice, type Placing, type Records, type Repeating, recordsOf } from './records.ts';
import { type OptionKinds, requireOptions } from './require-options.ts';

/** Options for interfaces, or for the configuration of a machine. */
export interface IfacesOptions<R> extends Listening, Repeating, Placing {
  readonly filter?: Choice<R>;
  /** Only this interface. */
  readonly interface?: string;
  /** A machine saved as files below this folder. */
  readonly root?: string;
  /** A network namespace: a name of ip netns, or a process id. */
  readonly netns?: string;
}

const KINDS: OptionKinds = {
  filter: 'choice',
  fields: 'texts',
  interface: 'text',
  root: 'text',
  netns: 'text',
  geoip: 'geoip',
  interval: 'millis',
  count: 'count',
  duration: 'millis',
};

/**
 * Interfaces with addresses, counters and rates; rates come from the second snapshot on, or when `fields` name them.
 */
export function ifaces(
  options: IfacesOptions<IfaceRow> & { readonly fields?: readonly (keyof IfaceRow & string)[] } = {},
): Records<IfaceRow> {
  return recordsFrom(iface, null, options);
}

/** The routing tables. */
ifaces.routes = (options: IfacesOptions<RouteRow> = {}): Records<RouteRow> => recordsFrom(route, 'routes', options);
/** The DNS servers in use. */
ifaces.dns = (options: IfacesOptions<DnsServerRow> = {}): Records<DnsServerRow> =>
  recordsFrom(dnsServer, 'dns', options);
/** The neighbours on the link (ARP, NDP). */
ifaces.neighbors = (options: IfacesOptions<NeighborRow> = {}): Records<NeighborRow> =>
  recordsFrom(neighbor, 'neighbors', options);
/** Tunnels: WireGuard peers, tun and tap devices with their outer flows. */
ifaces.tunnels = (options: IfacesOptions<TunnelRow> = {}): Records<TunnelRow> =>
  recordsFrom(tunnel, 'tunnels', options);
/** The machine: name, system, gateways, DNS servers. */
ifaces.host = (options: IfacesOptions<HostRow> = {}): Records<HostRow> => recordsFrom(host, 'host', options);

function recordsFrom<T extends RecordTable>(
  table: T,
  part: IfacePart | null,
  options: IfacesOptions<Row<T>> & { readonly fields?: readonly string[] },
): Records<Row<T>> {
  return recordsOf(() => {
    requireOptions(options, KINDS);
    const { root = null, netns = null, interface: name = null, fields } = options;
    return {
      table,
      listening: options,
      filter: options.filter ?? null,
      repeating: options,
      fields,
      async *run(context, request) {
        const rates = (fields ?? []).some((field) => field.endsWith('_rate'));
        const asked = { part, interface: name, isUp: false, table: null, place: { root, netns }, rates };
        yield* sampleInterfaces(context, asked, request);
      },
    };
  });
}
