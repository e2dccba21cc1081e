import { section } from '../../core/record/table.ts';
import { hop } from '../../core/record/tables/hop.ts';
import { PROBE_KINDS, probe as table } from '../../core/record/tables/probe.ts';
import { probeReport } from '../../core/record/tables/probe-report.ts';
import { listing } from '../listing/command.ts';
import { NOTHING } from '../listing/shared-formats.ts';
import { PROBE_FORMATS } from './probe-formats.ts';
import { probeClaim, probeOptions, probeTableOf } from './probe-options.ts';

/** `netwatch probe`: is the network well, and if not, which part? */
export const probe = listing({
  name: 'probe',
  about: 'whether targets answer, how fast and how reliably',
  details: [
    'Each target is asked several times, and a record is printed when its round ends: how many probes were answered, in which time, and what was found. Targets are asked side by side: one that does not answer delays no other.',
    'A target is gateway (the default gateways), dns (the name servers of this machine), a host, or one of icmp://HOST, tcp://HOST:PORT, udp://HOST:PORT, http://, https://, tls://HOST, trace://HOST, mtu://HOST, dns://, dot://, doh://SERVER/NAME, ntp://SERVER, stun://SERVER. Without one: gateway, dns, and whether the system resolves a name (dns:///a.root-servers.net).',
    'http://HOST[:PORT]/PATH and https:// send a GET over a connection of their own each time, without proxy or cookies, and time its phases: dns_ms, connect_ms, tls_ms, first_byte_ms (from the request on), total_ms, which is the time that rtt_ fields are about. A status below 400 is ok; a redirect is named in detail and not followed; of a body 10 MB are read. Where the certificate is not to be trusted nothing is sent.',
    'tls://HOST[:PORT] shakes hands and looks at the certificates: tls_expires and tls_days are about the first that expires. It is ok when they are for this host, have not expired, and lead to a root that is trusted here: one of the file SSL_CERT_FILE, else of the system, else of node, or of NODE_EXTRA_CA_CERTS.',
    'udp://HOST:PORT asks an echo server (RFC 862) for its echo, a datagram with a number a probe, all of them from one port: what is lost, duplicates, and reordered: echoes that came before that of an earlier probe (an --interval below the differences of the time to an answer shows them). A closed port is told; what comes back and is not what was sent is no echo, and said.',
    'dns://SERVER[:PORT]/NAME[?type=AAAA] asks over UDP, and over TCP what was truncated; with transport=tcp over TCP at once. dot:// asks over TLS, doh:// over HTTP/2 or HTTP/1.1 (method=get or post, path=/dns-query), their certificates verified as those of tls://. Without a type it is A, without a name NS of the root. rtt_ fields are the time from the question to the answer on an open connection; connect_ms and tls_ms tell what came before. It is ok when the code is NOERROR, be it without a record of the type; NXDOMAIN, SERVFAIL and REFUSED are answers (no loss), but not ok; of the root, which is asked for the server and not for a name, NXDOMAIN is ok too. authentic is the word of the resolver (AD), asked for by AD and DO; nothing is verified here. Answers to other questions, or with another id, are waited past. Servers that answer the same question otherwise are named in detail of the record that ends later: a note, and no failure.',
    'dns:///NAME resolves as programs of this machine do: the hosts file, then what nsswitch.conf names. It has no rcode, and no addr: which server answered is not to be learned.',
    'stun://SERVER[:PORT] asks over UDP under which address and port the server sees us (RFC 8489), again after 500 ms, 1.5 s and so on within --timeout; rtt_ fields count from the first time. All stun targets of a run are asked from one local port: nat is none when that is the port and an address of this machine they see, cone when servers at two addresses see the same, symmetric when they see different ones. With one server, cone and symmetric are not told apart: null. Whom a NAT lets in (its filtering), how long it remembers, and what lies on the way to others than these servers is not learned; a closed port is told by silence.',
    'ntp://SERVER[:PORT] asks for the time and sets none: offset_ms is how far our clock is behind, by the answer of the round that was least delayed; half of its rtt is the error it may have. rtt_ fields leave out the time that the server worked. It is ok when the server is synchronised (stratum 1 to 15); a kiss code is told in detail, and after DENY and RSTR it is not asked again, after RATE not for 64 seconds.',
    'trace://HOST asks each hop of the path, up to 30, side by side, once a probe; a record hop for each is printed beside that of the target, whose time is that of the target and which is ok when it is reached. mtu://HOST finds the largest IP packet that passes the path whole, by packets that must not be fragmented: it trusts what ICMP says once it was tried, and searches where larger packets vanish, which detail then says. Both ask by ICMP echo where that is permitted, else by UDP to ports to which nobody listens, which needs no privilege; not on macOS.',
    'ICMP is sent by the first way that works here: a datagram socket (net.ipv4.ping_group_range), a raw socket (CAP_NET_RAW), the ping command, or a TCP connection, whose refusal shows, too, that a host lives; method says which. Where none works the state is unknown, never down.',
    'The exit status is 0 when every record is ok, 1 when one is not, and 3 when that cannot be told here. --fail-on says what must not be, of each record or of all of them: 1 when it certainly is, 3 when it cannot be told, as of a time that is not known because nothing was answered. --expect says what must be. A run of several rounds is judged as a whole; one that is interrupted ends with 130.',
    'With --every or --schedule a terminal shows the last round of each target in place, with a bar for the mean time of each of the last sixty: × for none, · for one that is not known. In a pipe each round is a line.',
    '--via TARGET --direct TARGET tell what a tunnel costs: both are asked by the same rounds, and the record of the first says in overhead_ms and overhead_loss_pct how much more it took; it is printed when both rounds are over. With --every or --schedule, local_addr is our address on the way to each target, path_changes how often that or theirs changed, and iface_rx_rate and iface_tx_rate what the interface with that address carried since the round before; nothing is sent to learn it.',
    '--schedule is for machines without cron: five fields of crontab(5), or a name such as @hourly, in the time zone of the machine. A round that is not over, or a machine that sleeps, misses the next ones, which are not made up for. --print-cron prints a line for crontab -e instead, and --print-systemd a service with its timer, confined, which write the same files.',
    '-o nagios is the output of a monitoring plugin: a status line with performance data for the round, a line for each target where there are several, and 0, 1, 2 or 3 as the exit status, 3 for wrong options, too. A target that is degraded is a WARNING, one that is down is CRITICAL, unless --warn or --crit says otherwise; a threshold that cannot be told because a target is down is CRITICAL.',
    '-o prometheus is the text format 0.0.4, with units as Prometheus names them: what is unknown is absent. --out FILE replaces the file whole, readable for all, as the textfile collector of node_exporter wants it; with --every after each round. -o markdown is a table for a report.',
    '--append FILE keeps a history: a record a line, each added by one write under a lock, so that runs of cron may overlap. It is readable for its owner alone, links are refused, and at --append-max it becomes FILE.1. --report FILE sums both files up by hour and target; a state lasts until the next round, and time in which rounds are missing counts neither way.',
  ],
  operands: '[TARGET...]',
  operandChoices: ['gateway', 'dns', ...PROBE_KINDS.map((kind) => `${kind}://`)],
  options: probeOptions,
  tables: [table, hop, probeReport],
  examples: [
    { line: 'netwatch probe', about: 'the gateways, the name servers, and whether a name resolves' },
    { line: 'netwatch probe example.org tcp://example.org:443', about: 'a host, and one of its ports' },
    {
      line: 'netwatch probe dns://192.0.2.1/example.org dot://192.0.2.2/example.org',
      about: 'the answers of two name servers, compared',
    },
    { line: 'netwatch probe gateway --every 10s --json', about: 'a record each ten seconds' },
    {
      line: "netwatch probe example.org -c 10 --fail-on 'loss_pct > 5 or rtt_avg_ms > 100' -q > /dev/null",
      about: 'a check for a script',
    },
    {
      line: "netwatch probe gateway -o nagios --warn 'rtt_avg_ms > 20' --crit 'loss_pct > 50'",
      about: 'a plugin for monitoring',
    },
    {
      line: 'netwatch probe -o prometheus --out /var/lib/prometheus/node-exporter/netwatch.prom',
      about: 'metrics for node_exporter',
    },
    {
      line: "netwatch probe gateway --append probe.ndjson --schedule '*/5 * * * *' --print-cron",
      about: 'the line of crontab that keeps a history',
    },
    { line: 'netwatch probe --report probe.ndjson', about: 'how it went, hour by hour' },
  ],
  tableOf: probeTableOf,
  claim: probeClaim,
  formats: PROBE_FORMATS,
  usualFormat: ({ append }) => (append === null ? null : NOTHING),
  runOf: (values) =>
    values['print-cron'] || values['print-systemd']
      ? {
          kind: 'deed',
          interruptIsStatus: true,
          async perform(context, given, operands) {
            const { unitsRequestOf } = await import('./probe-request.ts');
            const { printProbeUnits } = await import('./probe-units.ts');
            return printProbeUnits(context, unitsRequestOf(given, operands));
          },
        }
      : { kind: 'batches', interruptIsStatus: true },
  run: async function* (context, values, operands, request) {
    // loaded here: other commands start without it
    const { askRequestOf, reportRequestOf } = await import('./probe-request.ts');
    if (values.report !== null) {
      const { file, keeps } = reportRequestOf(values, values.report, operands);
      const { reportOf } = await import('./probe-report.ts');
      yield [section(probeReport, (await reportOf(context, file)).filter(keeps))];
      return;
    }
    const asked = await askRequestOf(values, operands, context.clock.now());
    const { askTargets } = await import('./ask-targets.ts');
    yield* askTargets(context, asked, request);
  },
});
