import { type Command, textCommand } from '../listing/command.ts';
import type { Values } from '../options/option.ts';
import type { globalOptions } from '../options/shared-options.ts';
import { metricsOptions } from './metrics/metrics-options.ts';

/** `netwatch export metrics`: this machine for Prometheus and receivers of OTLP. */
export const exportMetrics: Command = textCommand({
  name: 'export metrics',
  about: 'interfaces, connections, probes and findings for Prometheus, by OTLP, and as a page',
  details: [
    'With --listen, netwatch answers at /metrics in OpenMetrics 1.0 or in the text format 0.0.4, as the client asks, and at / with a page of targets, tunnels, paths of MPTCP sessions, interfaces and findings with their last hour. Connections of QUIC are known from packets alone: netwatch stats --by quic tells them. The machine is read when somebody asks: a second within which several ask is read once. Meanwhile only probes are sent (every 15 seconds), interfaces, tunnels and MPTCP sessions are read (every 15 seconds), and rules look (every minute, or less often where a look takes long). It ends with 0 at SIGINT and SIGTERM, as with --to.',
    'Without a host, --listen is on 127.0.0.1. An address beyond the loopback must be named, and stderr tells that whoever reaches it can read it: there is no password and no TLS, which are the business of a proxy before it. Only GET and HEAD of / and /metrics are answered, only to who names this machine by an address of it, by localhost or by a name of --allow-host, and not to pages of other sites. A client that takes more than five seconds for its request or is idle for ten is let go. There are 64 connections at most: one more takes the place of a client that has not sent a whole request, or has its answer.',
    '--to otlp+http://HOST[:PORT][/PATH] posts the same metrics by OTLP (protobuf) to PATH/v1/metrics, at once and then every --interval: VictoriaMetrics takes them at /opentelemetry, Prometheus at /api/v1/otlp when it is told to (2.47 and later; builds of Debian leave it out), an OpenTelemetry collector without a path. Counters are cumulative sums: those of interfaces count since the machine was booted, all others since netwatch was started, and one that fell or appeared since the value before. Names and labels are the same as those of --listen; service.name is netwatch, host.name and service.instance.id are the name of this machine, so that machines of the same name need a collector that tells them apart. No proxy is used.',
    'Metrics are not kept in a spool: a later value says all that an earlier one said, and a receiver seldom takes old ones. While the receiver is away or answers 429, 500, 503 or anything else but 2xx, netwatch says so once on stderr, tries again after the interval and later after up to 30 seconds, or when Retry-After says, up to an hour. netwatch_pushes_total, netwatch_push_failures_total, netwatch_push_refused_values_total and netwatch_last_push_timestamp_seconds tell how it goes, also with --listen beside --to. --credentials, --tls-cert and --tls-key are those of export events.',
    'As root, sockets and tunnels are read by a process of their own, which keeps CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE for that, and, where there is a device of WireGuard when it starts, CAP_NET_ADMIN, because the kernel tells its peers to nobody else. netwatch itself becomes the user who called sudo, or nobody, before it answers anybody or sends anything. WireGuard that is a process (wireguard-go) tells its peers to its own user alone: of these, ifaces --tunnels tells as root, and the metrics have the device and its process.',
    'Names are those of -o prometheus of ifaces, conns and probe: node_network_… and node_tcp_connection_states as node_exporter has them, netwatch_conns… by protocol, state and process, netwatch_probe_…. Besides, netwatch_tunnel_up tells of each tunnel; netwatch_tunnel_session_up, …_start_timestamp_seconds, …_reconnects_total and …_last_handshake_timestamp_seconds tell of tun and tap devices and of each peer of WireGuard, by the beginning of its key; netwatch_mptcp_… tells how many flows carry MPTCP sessions, what share each interface has, and how many paths were lost (no label is an address: clients choose those); netwatch_findings of the rules of insights by rule and severity, netwatch_limit_info what cannot be seen here, and netwatch_sample_duration_seconds, netwatch_last_success_timestamp_seconds, netwatch_sample_failures_total and process_… how netwatch itself does. The number of series has a limit: a hundred processes, a thousand interfaces and a thousand tunnels have series of their own, and netwatch_left_out counts the others; connections of other processes are added up as "(others)".',
    '-w FILE writes the metrics once, readable by everyone, for cron or a timer. It leaves out those that begin with node_ or process_: node_exporter has them itself. -w - writes the same to stdout. Without --listen, --to and -w they are printed. Findings need two looks, so that only --listen and --to have them.',
    'The package has a service for systemd (netwatch-metrics.service), a dashboard for Grafana (grafana-dashboard.json) and rules for alerts (prometheus-alerts.yml).',
    'With --redact, labels and the page are redacted: names of interfaces, targets, findings, what cannot be seen, and the name of the machine. Names of programs stay. The key must be a file of --redact-key for series to be the same after a start.',
  ],
  readsSettings: true,
  operands: '',
  operandChoices: [],
  options: metricsOptions,
  examples: [
    {
      line: 'sudo netwatch export metrics --listen 9787',
      about: 'for a Prometheus on this machine, and http://127.0.0.1:9787/',
    },
    {
      line: 'sudo netwatch export metrics --listen 192.0.2.7:9787 --allow-host web1.example.org --probe gateway,dns',
      about: 'for one on another machine, with probes',
    },
    {
      line: 'sudo netwatch export metrics --to otlp+http://127.0.0.1:8428/opentelemetry',
      about: 'to a VictoriaMetrics on this machine, every 15 seconds',
    },
    {
      line: 'sudo netwatch export metrics -w /var/lib/prometheus/node-exporter/netwatch.prom',
      about: 'for node_exporter',
    },
    { line: 'netwatch export metrics | grep netwatch_conns', about: 'once, to look at' },
  ],
  print: async (context, values) => {
    const { metricsRequestOf } = await import('./metrics/metrics-request.ts');
    const asked = metricsRequestOf(values as typeof values & Values<typeof globalOptions>);
    const { sayWhoReadsSecrets } = await import('./recipient-request.ts');
    sayWhoReadsSecrets(context, values);
    const { runMetrics } = await import('./metrics/run-metrics.ts');
    return runMetrics(context, asked);
  },
});
