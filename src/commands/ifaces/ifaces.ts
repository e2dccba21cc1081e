import { iface } from '../../core/record/tables/iface.ts';
import { dnsServer, host, neighbor, route } from '../../core/record/tables/network-config.ts';
import { tunnel } from '../../core/record/tables/tunnel.ts';
import { listing } from '../listing/command.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
import { REDACTED_RECORDS } from '../options/redact-options.ts';
import { refuseLiveOptions } from '../reading/saved-records.ts';
import { IFACE_FORMATS } from './iface-formats.ts';
import { ifaceOptions } from './iface-options.ts';
import { partOf, requestOf, tableOf } from './iface-request.ts';
import { sampleInterfaces } from './sample-interfaces.ts';
import { readSavedInterfaces } from './saved-interfaces.ts';

/** `netwatch ifaces`: interfaces, and how the machine is configured. */
export const ifaces = listing({
  name: 'ifaces',
  about: 'interfaces with addresses, counters and rates; routes, DNS servers, neighbours',
  details: [
    'One row per network interface, with its addresses, kind, speed, state and 64-bit counters.',
    'With --routes, --dns, --neighbors, --host or --tunnels the configuration is shown instead. --routes shows the main routing table, as ip route does, and --table chooses another one, or all of them. Behind a local stub resolver (127.0.0.53), --dns names the servers the stub asks.',
    '--tunnels has a row for each tun or tap device, with the process that holds it and the flow that carries it, and a row for each peer of a WireGuard device, with its endpoint and the last exchange of keys (needs CAP_NET_ADMIN; where WireGuard is a process, as wireguard-go is, root or its user). With --interval it counts reconnects. A process that sends by a socket without a peer, as OpenVPN does over UDP, tells nobody where to: remote_addr is null then. VXLAN, GRE and the like belong to the kernel alone: they are interfaces, of the kind vxlan, gre and so on, in netwatch ifaces without --tunnels.',
    '-o prometheus names counters as node_exporter does (node_network_receive_bytes_total), so that the same expressions work for both; do not give both to one collector. -o markdown prints a table to paste into an issue.',
    REDACTED_RECORDS,
  ],
  operands: '',
  operandChoices: [],
  options: ifaceOptions,
  repeats: true,
  statements: { expect: 'all(rx_errors == 0)', failOn: 'rx_dropped > 0', wait: 'any(name == "wg0" and state == up)' },
  resolves: ({ resolve }) => resolve,
  refusesRoot: ({ read }) => (read === null ? null : '--root cannot be used with --read'),
  formats: IFACE_FORMATS,
  runOf: ({ read }) => (read === null ? SNAPSHOTS : PARTS),
  tables: [iface, route, dnsServer, neighbor, host, tunnel],
  examples: [
    { line: 'netwatch ifaces', about: 'every interface' },
    { line: 'netwatch ifaces --interval 1', about: 'with rates, every second' },
    { line: 'netwatch ifaces --routes -f "dst == default"', about: 'the default routes' },
    { line: 'netwatch ifaces --routes --table all', about: 'every route of every table' },
    { line: 'netwatch ifaces --dns --json | jq -r .addr', about: 'DNS servers for a script' },
    { line: 'sudo netwatch ifaces --tunnels --interval 5', about: 'tunnels, their outer flows and reconnects' },
    { line: 'netwatch ifaces -o prometheus', about: 'metrics with the names of node_exporter' },
    { line: "netwatch ifaces --expect 'all(rx_errors == 0)'", about: 'a check for cron' },
  ],
  tableOf: (values) => tableOf({ part: partOf(values) }),
  run: async function* (context, values, _operands, request) {
    const asked = requestOf(values, request.asked);
    if (values.read === null) yield* sampleInterfaces(context, asked, request);
    else {
      refuseLiveOptions(values, ['netns']);
      yield* readSavedInterfaces(context, values.read, asked);
    }
  },
});
