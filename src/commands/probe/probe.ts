import { hop } from '../../core/record/tables/hop.ts';
import { PROBE_KINDS, probe as table } from '../../core/record/tables/probe.ts';
import { probeOutage } from '../../core/record/tables/probe-outage.ts';
import { probeReport } from '../../core/record/tables/probe-report.ts';
import { type Command, type ListingCommand, listing } from '../listing/command.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import { REDACTED_RECORDS } from '../options/redact-options.ts';
import { HISTORY_ALONE, PROBE_FORMATS } from './probe-formats.ts';
import { probeClaim, probeOptions, probeTableOf, repeatsRounds, reportTableOf } from './probe-options.ts';

/** `netwatch probe`: does the network work well, and if not, which part does not? */
export const probe: Command = listing({
  name: 'probe',
  about: 'whether targets answer, how fast and how reliably',
  details: [
    'Each target is asked several times, and a record is printed when its round ends: how many probes were answered, how fast, and what was found. Targets are asked in parallel: one that does not answer delays no other.',
    'A target is gateway (the default gateways), dns (the name servers of this machine), a host, or one of icmp://HOST, tcp://HOST:PORT, udp://HOST:PORT, http://, https://, tls://HOST, trace://HOST, mtu://HOST, dns://, dot://, doh://SERVER/NAME, ntp://SERVER, stun://SERVER. Without one: gateway, dns, and whether the system resolves a name (dns:///a.root-servers.net).',
    'A name is asked by its addresses in turn, of both families, in the order in which the system gives them (16 at most): the next one when one fails, or when its share of --timeout is over. addr is the address that answered, and detail names those that did not. --ipv4 and --ipv6 ask one family only; an address of the other one is refused (64). An IPv6 address of a link needs its zone, the name or number of an interface: icmp://[fe80::1%eth0], tcp://[fe80::1%3]:22. A zone that is no interface is refused (64).',
    'What is wrong with this machine says nothing about a target: without IPv6, a route, a free port or file, or when a route or firewall of this machine refuses to send, the state is unknown. When there is no default route, or none with a gateway, gateway is unknown; so is dns without a name server.',
    'http://HOST[:PORT]/PATH and https:// send a GET, each over a new connection, without proxy or cookies. They time its phases: dns_ms, connect_ms, tls_ms, first_byte_ms (counted from the request), and total_ms, which the rtt_ fields summarise. A status below 400 is ok. A redirect is named in detail and not followed. At most 10 MB of a body are read. When the certificate is not trusted, nothing is sent. Answers are read as user agents read them (RFC 9112): lines that end in LF alone, folded fields, a repeated length, and a length besides a transfer coding are no faults.',
    'tls://HOST[:PORT] makes a TLS handshake and checks the certificates: tls_expires and tls_days are those of the first one to expire on the chain to the root that is trusted here; what else the server sends does not count. When there is no such root, they are of what the server sends, and detail says so. It is ok when they are for this host, have not expired, and lead to a root that is trusted here: one from the file SSL_CERT_FILE, or else from the system, or else from node; those of NODE_EXTRA_CA_CERTS are added.',
    'udp://HOST:PORT asks an echo server (RFC 862) for its echo. Each probe is one numbered datagram, and all are sent from one port. It counts what is lost, duplicates, and reordered: echoes that came before the echo of an earlier probe (to see these, use an --interval smaller than the variation in answer times). A closed port is reported. An answer that differs from what was sent is not an echo, and is reported.',
    'dns://SERVER[:PORT]/NAME[?type=AAAA] asks over UDP, and asks again over TCP when the answer is truncated; with transport=tcp it uses TCP from the start. dot:// asks over TLS, doh:// over HTTP/2 or HTTP/1.1 (method=get or post, path=/dns-query); their certificates are verified like those of tls://. The default type is A; without a name, the query is for NS of the root. The rtt_ fields are the time from the question to the answer on an open connection; connect_ms and tls_ms are the times of the steps before. It is ok when the code is NOERROR, even if there is no record of the type. NXDOMAIN, SERVFAIL and REFUSED are answers (no loss), but not ok. For the root, NXDOMAIN is ok too, because that query tests the server and not a name. authentic is what the resolver claims (AD), asked for with AD and DO; nothing is verified here. Answers to other questions, or with another id, are ignored. If servers answer the same question differently, detail of the record that ends later names them: this is a note, not a failure.',
    'dns:///NAME resolves a name as the programs of this machine do: the hosts file, then what nsswitch.conf names. It has no rcode and no addr, because the system does not say which server answered.',
    'stun://SERVER[:PORT] asks over UDP which address and port the server sees us under (RFC 8489). It asks again after 500 ms, 1.5 s and so on within --timeout; the rtt_ fields count from the first request. All stun targets of a run are asked from one local port. nat is none when the servers see that port and an address of this machine, cone when servers at two addresses see the same address and port, and symmetric when they see different ones. With one server, cone and symmetric cannot be distinguished, and nat is null. The probe does not learn whom a NAT lets in (its filtering), how long it remembers, or what lies on the way to other servers. A closed port looks like silence.',
    'ntp://SERVER[:PORT] asks for the time and does not set the clock. offset_ms is how far our clock is behind, according to the answer of the round with the least delay; the error may be up to half of its rtt. The rtt_ fields exclude the time that the server needed. It is ok when the server is synchronised (stratum 1 to 15). A kiss code is given in detail; after DENY and RSTR the server is not asked again, and after RATE not for 64 seconds.',
    'trace://HOST asks each hop of the path, up to 30, in parallel, once per probe. A hop record for each is printed beside the record of the target, which has the times of the target itself and is ok when the target is reached. mtu://HOST finds the largest IP packet that crosses the path unfragmented, by sending packets that must not be fragmented. It trusts the size that ICMP reports once it has tried that size; where larger packets are silently dropped, it searches, and detail says so. Both use ICMP echo where that is permitted, and otherwise UDP to ports on which nothing listens, which needs no privilege. They do not work on macOS.',
    'ICMP is sent by the first method that works here: a datagram socket (net.ipv4.ping_group_range), a raw socket (CAP_NET_RAW), the ping command, or instead a TCP connection (a refusal also shows that the host is up). The method field says which. Where none works the state is unknown, never down. A redirect or a source quench is a note: the echo is still waited for.',
    'The exit status is 0 when every record is ok, 1 when one is not, and 3 when that cannot be decided here. --fail-on states what must not hold, for each record or for all of them together: the status is 1 when it certainly holds, and 3 when that is unknown, for example when a time is null because nothing was answered. --expect states what must hold; with both, each is judged, and the status is that of the worse: 1 before 3 before 0. A run of several rounds is judged as a whole; one that is interrupted ends with 130.',
    'With --every or --schedule, a terminal shows the last round of each target in place, with a bar for the mean time of each of the last sixty rounds: × when there was no answer, · when it is not known. In a pipe each round is a line.',
    '--via TARGET --direct TARGET show what a tunnel costs. Both are asked in the same rounds, and the record of the first gives, in overhead_ms and overhead_loss_pct, how much more it took; it is printed when both rounds are over. With --every or --schedule, local_addr is our address on the way to each target, path_changes is how often that address or the address of the target changed, and iface_rx_rate and iface_tx_rate are what the interface with local_addr has carried since the previous round. Nothing is sent to learn these.',
    '--schedule is for machines without cron: five fields of crontab(5), or a name such as @hourly, in the time zone of the machine. While a round is not over, or the machine sleeps, rounds that would begin are skipped and not made up later. --print-cron instead prints a line for crontab -e, and --print-systemd prints a confined service with its timer; both write the same files. The line of --print-cron, for any POSIX shell, prints nothing when the exit status is 0; otherwise it prints all that netwatch said, so that cron mails on failure only, and ends with that status.',
    '-o nagios prints the output of a monitoring plugin: a status line with performance data for the round, and a line for each target when there are several. The exit status is 0, 1, 2 or 3; it is 3 for wrong options too. A degraded target is a WARNING and a target that is down is CRITICAL, unless --warn or --crit says otherwise; whatever they say, a target that is down, which includes one that is not trusted, is a WARNING at least, never OK. A threshold that cannot be evaluated because a target is down is CRITICAL.',
    '-o prometheus prints the text format 0.0.4, with the units that Prometheus uses; what is unknown is absent. --out FILE replaces the file as a whole and makes it readable by everyone, as the textfile collector of node_exporter needs it; with --every it does so after each round. -o markdown prints a table for a report.',
    '--append FILE keeps a history: one record per line, each added by one write under a lock, so that cron runs may overlap. The file is readable only by its owner, links are refused, and when it reaches --append-max it becomes FILE.1. --report FILE summarises both files by hour and target; FILE may be compressed, and - is stdin. A state lasts until the next round; time in which rounds are missing counts as neither up nor down.',
    "With --report, --since TIME leaves out what was before: TIME is a length of time before now (24h, 30d, 90min), or a time in UTC unless it has an offset. A state that was found before and lasted until then counts from there on. --window D replaces the hours by windows of length D: the last ends now, the one before D earlier, or with --step S each S earlier, so that they roll (--window 24h --step 1h). Windows that begin before --since, and windows of which nothing is known, have no row. --total adds a row for each target about all of the report. Percentiles are by nearest rank, over the mean times of rounds. --filter, --expect and --fail-on apply to the rows, totals included: --filter 'span == total' picks those.",
    REDACTED_RECORDS,
  ],
  operands: '[TARGET...]',
  operandChoices: ['gateway', 'dns', ...PROBE_KINDS.map((kind) => `${kind}://`)],
  options: probeOptions,
  tables: [table, hop, probeReport, probeOutage],
  examples: [
    { line: 'netwatch probe', about: 'the gateways, the name servers, and whether a name resolves' },
    { line: 'netwatch probe example.org tcp://example.org:443', about: 'a host, and one of its ports' },
    {
      line: 'netwatch probe dns://192.0.2.1/example.org dot://192.0.2.2/example.org',
      about: 'the answers of two name servers, compared',
    },
    { line: 'netwatch probe gateway --every 10s --json', about: 'a record every ten seconds' },
    {
      line: "netwatch probe example.org -c 10 --fail-on 'loss_pct > 5 or rtt_avg_ms > 100' -q > /dev/null",
      about: 'a check for a script',
    },
    {
      line: "netwatch probe gateway -o nagios --warn 'rtt_avg_ms > 20' --crit 'loss_pct > 50'",
      about: 'a monitoring plugin',
    },
    {
      line: 'netwatch probe -o prometheus --out /var/lib/prometheus/node-exporter/netwatch.prom',
      about: 'metrics for node_exporter',
    },
    {
      line: "netwatch probe gateway --append probe.ndjson --schedule '*/5 * * * *' --print-cron",
      about: 'the crontab line that keeps a history',
    },
    { line: 'netwatch probe --report probe.ndjson', about: 'how it went, hour by hour' },
    { line: 'netwatch probe --report probe.ndjson --outages', about: 'when targets were down, and why' },
    {
      line: 'netwatch probe --report probe.ndjson --since 7d -o html --out report.html',
      about: 'a page with pictures, for a browser',
    },
    {
      line: 'netwatch probe --report probe.ndjson --since 24h --total',
      about: 'the last day, and a row for all of it',
    },
    {
      line: "netwatch probe --report probe.ndjson --since 30d --total -f 'span == total' --fail-on 'availability_pct < 99.9'",
      about: 'whether the last thirty days were good enough',
    },
    {
      line: 'netwatch probe --report probe.ndjson --since 7d --window 24h --step 1h',
      about: 'windows of a day that roll by the hour',
    },
  ],
  tableOf: probeTableOf,
  claim: probeClaim,
  emptyIsAnswer: false,
  unredacted: { append: 'a history keeps what was found, and --report --redact hands it on' },
  formats: PROBE_FORMATS,
  isSeries: (values) => repeatsRounds(values) && values.report === null,
  usualFormat: ({ append }) => (append === null ? null : HISTORY_ALONE),
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
      : values.out !== null && values.report !== null && askedFormat(values) === 'html'
        ? {
            kind: 'deed',
            interruptIsStatus: true,
            async perform(context, given, operands) {
              const { writeReport } = await import('../packets/write-report.ts');
              const file = { name: given.out!, force: given.force, isWhole: true };
              return writeReport(probe as ListingCommand, context, given, operands, file);
            },
          }
        : { kind: 'batches', interruptIsStatus: true },
  run: async function* (context, values, operands, request) {
    // loaded here: other commands start without it
    const { askRequestOf, reportRequestOf } = await import('./probe-request.ts');
    if (values.report !== null) {
      const request = reportRequestOf(values, values.report, operands, context.clock.now);
      const { sectionsOf } = await import('./probe-report.ts');
      yield await sectionsOf(context, request, reportTableOf(values));
      return;
    }
    const asked = await askRequestOf(values, operands, context.clock.now);
    const { askTargets } = await import('./ask-targets.ts');
    yield* askTargets(context, asked, request);
  },
});
