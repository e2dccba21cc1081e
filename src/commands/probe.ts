import { usageError } from '../core/failure.ts';
import { compileFilter } from '../core/filter/bind.ts';
import { openTableRenderer } from '../core/output/table-renderer.ts';
import { section } from '../core/record/table.ts';
import { probe as table } from '../core/record/tables/probe.ts';
import { streaming } from './command.ts';
import { duration, integer } from './option.ts';
import { repeatOptions } from './shared-options.ts';

const COUNT = 3;
const INTERVAL_MS = 1000;
const TIMEOUT_MS = 2000;

const options = {
  expect: repeatOptions.expect,
  count: integer('Probes of each target in a round (3).', { least: 1, most: 100_000 }, { short: 'c' }),
  interval: duration('Between two probes of a round (1s).'),
  timeout: duration('How long a probe is waited for (2s).'),
  every: duration('Begin a round each D, until --duration or Ctrl-C.'),
  duration: repeatOptions.duration,
};

/** `netwatch probe`: is the network well, and if not, which part? */
export const probe = streaming({
  name: 'probe',
  about: 'whether targets answer, how fast and how reliably',
  details: [
    'Each target is asked several times, and a record is printed when its round ends: how many probes were answered, in which time, and what was found. Targets are asked side by side: one that does not answer delays no other.',
    'A target is gateway (the default gateways), dns (the name servers of this machine), a host, or one of icmp://HOST, tcp://HOST:PORT, http://, https://, tls://HOST, dns://, dot://, doh://SERVER/NAME. Without one: gateway, dns, and whether the system resolves a name (dns:///a.root-servers.net).',
    'http://HOST[:PORT]/PATH and https:// send a GET over a connection of their own each time, without proxy or cookies, and time its phases: dns_ms, connect_ms, tls_ms, first_byte_ms (from the request on), total_ms, which is the time that rtt_ fields are about. A status below 400 is ok; a redirect is named in detail and not followed; of a body 10 MB are read. Where the certificate is not to be trusted nothing is sent.',
    'tls://HOST[:PORT] shakes hands and looks at the certificates: tls_expires and tls_days are about the first that expires. It is ok when they are for this host, have not expired, and lead to a root that is trusted here: one of the file SSL_CERT_FILE, else of the system, else of node, or of NODE_EXTRA_CA_CERTS.',
    'dns://SERVER[:PORT]/NAME[?type=AAAA] asks over UDP, and over TCP what was truncated; with transport=tcp over TCP at once. dot:// asks over TLS, doh:// over HTTP/2 or HTTP/1.1 (method=get or post, path=/dns-query), their certificates verified as those of tls://. Without a type it is A, without a name NS of the root. rtt_ fields are the time from the question to the answer on an open connection; connect_ms and tls_ms tell what came before. It is ok when the code is NOERROR, be it without a record of the type; NXDOMAIN, SERVFAIL and REFUSED are answers (no loss), but not ok; of the root, which is asked for the server and not for a name, NXDOMAIN is ok too. authentic is the word of the resolver (AD), asked for by AD and DO; nothing is verified here. Answers to other questions, or with another id, are waited past. Servers that answer the same question otherwise are named in detail of the record that ends later: a note, and no failure.',
    'dns:///NAME resolves as programs of this machine do: the hosts file, then what nsswitch.conf names. It has no rcode, and no addr: which server answered is not to be learned.',
    'ICMP is sent by the first way that works here: a datagram socket (net.ipv4.ping_group_range), a raw socket (CAP_NET_RAW), the ping command, or a TCP connection, whose refusal shows, too, that a host lives; method says which. Where none works the state is unknown, never down.',
    'The exit status is 0 when every record is ok, 1 when one is not, and 3 when that cannot be told here; --expect asks another question.',
  ],
  operands: '[TARGET...]',
  operandChoices: ['gateway', 'dns'],
  options,
  tables: [table],
  examples: [
    { line: 'netwatch probe', about: 'the gateways, the name servers, and whether a name resolves' },
    { line: 'netwatch probe example.org tcp://example.org:443', about: 'a host, and one of its ports' },
    {
      line: 'netwatch probe dns://192.0.2.1/example.org dot://192.0.2.2/example.org',
      about: 'the answers of two name servers, compared',
    },
    { line: 'netwatch probe gateway --every 10s --json', about: 'a record each ten seconds' },
    {
      line: "netwatch probe example.org -c 10 --expect 'all(loss_pct < 5 and rtt_avg_ms < 100)'",
      about: 'a check for cron',
    },
  ],
  tableOf: () => table,
  expectation: 'all(ok)',
  stream: {
    format: () => null,
    openRenderer: (context, _values, of) => openTableRenderer(context.stdout, of),
  },
  run: async function* (context, values, operands) {
    if (values.every === null && values.duration !== null) throw usageError('--duration goes with --every');
    const filter = values.filter === null ? null : compileFilter(values.filter, table);
    const { targetsOf } = await import('./probe-targets.ts');
    const { openProber } = await import('../platform/probe/open-prober.ts');
    const { runProbes } = await import('./run-probes.ts');
    const platform = await context.openPlatform({ root: null, netns: null });
    const targets = await targetsOf(operands, platform);
    if (targets.length === 0)
      throw usageError('this machine has neither a gateway nor a name server to ask', { hint: 'netwatch probe HOST' });
    const said = new Set<string>();
    const limited = (what: string, why: string, remedy: string | null): void => {
      if (values.quiet || said.has(why)) return;
      said.add(why);
      context.say(`${what}: ${why}${remedy === null ? '' : `; ${remedy}`}`);
    };
    const probed = await Promise.all(
      targets.map(async (target) => ({ target, prober: await openProber(target, { platform, limited }) })),
    );
    const plan = {
      count: values.count ?? COUNT,
      intervalMs: values.interval ?? INTERVAL_MS,
      timeoutMs: values.timeout ?? TIMEOUT_MS,
      everyMs: values.every,
      durationMs: values.duration,
    };
    try {
      for await (const rows of runProbes(probed, plan, context.clock, context.signal)) {
        yield [section(table, filter === null ? rows : rows.filter((row) => filter.matches(row)))];
      }
    } finally {
      for (const { prober } of probed) prober.close();
    }
  },
});
