import {
  address,
  by,
  byteRate,
  bytes,
  choice,
  count,
  flag,
  integer,
  list,
  maybe,
  millis,
  number,
  percent,
  seconds,
  shown,
  type Tone,
  text,
  time,
  toneBy,
} from '../field.ts';
import { type Row, table } from '../table.ts';

/** What is asked of a target; each is a scheme of its own. */
export const PROBE_KINDS = [
  'icmp',
  'tcp',
  'udp',
  'dns',
  'dot',
  'doh',
  'http',
  'https',
  'tls',
  'stun',
  'ntp',
  'trace',
  'mtu',
] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

export const PROBE_STATES = ['up', 'degraded', 'down', 'unknown'] as const;
export type ProbeState = (typeof PROBE_STATES)[number];

const TONES: Readonly<Record<ProbeState, Tone>> = { up: 'good', degraded: 'notice', down: 'bad', unknown: 'faint' };

/** How an echo was asked for where the system permits not every way; null for kinds that need none. */
const ICMP_METHODS = ['icmp_dgram', 'icmp_raw', 'ping', 'tcp_connect', 'udp'] as const;

/**
 * One round of probes of one target. Statistics are named as mtr names them. What a kind of probe finds beside the time
 * is marked as of the prober.
 */
export const probe = table(
  'probe',
  'One row per target and round.',
  {
    time: time('When the round began.'),
    target: text('The target as it was named.', shown('TARGET', 1)),
    kind: choice('What was asked.', PROBE_KINDS, shown('KIND', 4)),
    addr: maybe(
      address(
        'The address that answered or, when none did, the first that was asked; null when the name has none.',
        shown('ADDR', 2),
      ),
    ),
    sent: count('Probes sent.', shown('SENT', 5)),
    received: count('Probes answered.', shown('RECV', 5)),
    loss_pct: maybe(percent('Probes without an answer; null when none could be sent.', shown('LOSS', 1))),
    rtt_min_ms: maybe(millis('Shortest time to an answer.', shown('MIN', 3))),
    rtt_avg_ms: maybe(millis('Mean time to an answer.', shown('AVG', 1))),
    rtt_max_ms: maybe(millis('Longest time to an answer.', shown('MAX', 3))),
    rtt_stddev_ms: maybe(
      millis('Sample standard deviation of the times; null for fewer than two.', shown('STDDEV', 6)),
    ),
    jitter_ms: maybe(
      millis('Mean difference between one time and the next; null for fewer than two.', shown('JITTER', 6)),
    ),
    ok: maybe(flag('Whether the target answered as it should; null when that cannot be determined here.')),
    detail: text('What was found, or why it failed.', shown('DETAIL', 2)),
    state: choice(
      'up: everything was answered as it should be; degraded: some was; down: nothing was; unknown: that cannot be determined here.',
      PROBE_STATES,
      { ...shown('STATE', 1), tone: toneBy(TONES) },
    ),
    rtt_p50_ms: maybe(millis('Median time to an answer.')),
    rtt_p95_ms: maybe(millis('95 of 100 answers took no longer.')),
    method: by('prober', maybe(choice('How an echo was asked for (icmp, trace, mtu).', ICMP_METHODS))),
    host: maybe(text('The host in the target.')),
    since: maybe(time('Since when the target is in this state, in this run.')),
    uptime_pct: maybe(
      percent('Share of the time in this run in which it was not down, of the time in which that is known.'),
    ),
    outages: maybe(count('How often it went down in this run.')),
    outage_s: maybe(seconds('How long it was down in this run.')),
    reordered: maybe(count('Answers that came before an earlier one (udp).')),
    duplicates: maybe(count('Answers that came more than once (udp, icmp).')),
    dns_ms: by('prober', maybe(millis('Time to resolve the name.'))),
    connect_ms: by('prober', maybe(millis('Time to connect.'))),
    tls_ms: by('prober', maybe(millis('Time of the TLS handshake.'))),
    first_byte_ms: by('prober', maybe(millis('Time from the request, or the connection, to the first byte.'))),
    total_ms: by('prober', maybe(millis('Time of all phases together.'))),
    http_status: by('prober', maybe(integer('Status of the HTTP answer.'))),
    body_bytes: by('prober', maybe(bytes('Bytes of its body that were read: 10 MB at most.'))),
    body_rate: by('prober', maybe(byteRate('Bytes of the body per second, from the request on.'))),
    rcode: by('prober', maybe(text('Code of the DNS answer.'))),
    answers: by('prober', list('Records of the DNS answer, as text.')),
    authentic: by('prober', maybe(flag('The resolver vouches for the answer by DNSSEC (AD).'))),
    tls_version: by('prober', maybe(text('Version of TLS.'))),
    tls_cipher: by('prober', maybe(text('Cipher suite of TLS.'))),
    tls_issuer: by('prober', maybe(text('Who issued the certificate.'))),
    tls_subject: by('prober', maybe(text('For whom it was issued.'))),
    tls_expires: by(
      'prober',
      maybe(time('When the certificate, or one on the chain to the trusted root, expires first.')),
    ),
    tls_days: by(
      'prober',
      maybe(number('Days until then, in thousandths and never rounded up; negative when it has expired.')),
    ),
    tls_certificates: by('prober', maybe(count('Certificates from that of the server to the last one it depends on.'))),
    tls_alpn: by('prober', maybe(text('The protocol above TLS that the server chose (ALPN).'))),
    mapped_addr: by('prober', maybe(address('Our address as the STUN server sees it.'))),
    mapped_port: by('prober', maybe(integer('Our port as it sees it.'))),
    nat: by(
      'prober',
      maybe(
        choice('none: the address is ours; cone: both servers see the same; symmetric: they do not.', [
          'none',
          'cone',
          'symmetric',
        ]),
      ),
    ),
    offset_ms: by('prober', maybe(number('How far our clock is behind that of the NTP server, in milliseconds.'))),
    stratum: by('prober', maybe(integer('Stratum of the NTP server.'))),
    hops: by(
      'prober',
      maybe(count('Hops to the target or, when it is not reached, to the last hop that answers (trace).')),
    ),
    mtu_bytes: by('prober', maybe(bytes('Largest IP packet that crosses the path unfragmented (mtu).'))),
    local_addr: by('path', maybe(address('Our address on the way there; null for a single round.'))),
    path_changes: by(
      'path',
      maybe(
        count(
          'How often our address on the way, or the address of the target, changed in this run; null for a single round.',
        ),
      ),
    ),
    iface: by('path', maybe(text('The interface that has local_addr.'))),
    iface_rx_rate: by('path', maybe(byteRate('Bytes per second that it received since the round before.'))),
    iface_tx_rate: by('path', maybe(byteRate('Bytes per second that it sent since the round before.'))),
    direct: by('comparison', maybe(text('The target outside the tunnel that it is compared with (--via).'))),
    overhead_ms: by('comparison', maybe(millis('How much longer the mean time is than that of the direct target.'))),
    overhead_loss_pct: by(
      'comparison',
      maybe(percent('How much more is lost than for the direct target; negative for less.')),
    ),
  },
  { aliases: { 'ip.addr': ['addr'] } },
);
export type ProbeRow = Row<typeof probe>;
