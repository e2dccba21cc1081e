import { type Family, familiesOf, familiesText, type Metric, type Sample, scaled } from '../../output/exposition.ts';
import { PROBE_STATES, type ProbeRow } from '../../record/tables/probe.ts';

const one = (value: number | boolean | null): readonly Sample[] => [[{}, value]];
const seconds = (millis: number | null): number | null => (millis === null ? null : scaled(millis, 1e-3));
const ratio = (percent: number | null): number | null => (percent === null ? null : scaled(percent, 1e-2));
const instant = (time: string | null): number | null => (time === null ? null : Date.parse(time) / 1000);
const gauge = (name: string, help: string, samples: Metric<ProbeRow>['samples']): Metric<ProbeRow> => ({
  name,
  type: 'gauge',
  help,
  samples,
});

/** Base units and suffixes as prometheus.io/docs/practices/naming has them. */
const GAUGES: readonly Metric<ProbeRow>[] = [
  gauge('netwatch_probe_success', 'Whether the target answered as it should.', (row) => one(row.ok)),
  gauge('netwatch_probe_state', 'Which state the target is in.', (row) =>
    PROBE_STATES.map((state): Sample => [{ state }, row.state === state]),
  ),
  gauge('netwatch_probe_timestamp_seconds', 'When the round began, since 1970.', (row) => one(instant(row.time))),
  gauge('netwatch_probe_sent', 'Probes sent in the round.', (row) => one(row.sent)),
  gauge('netwatch_probe_received', 'Probes answered in the round.', (row) => one(row.received)),
  gauge('netwatch_probe_loss_ratio', 'Share of probes without an answer, 0 to 1.', (row) => one(ratio(row.loss_pct))),
  gauge('netwatch_probe_rtt_seconds', 'Time to an answer.', (row) => [
    [{ stat: 'min' }, seconds(row.rtt_min_ms)],
    [{ stat: 'avg' }, seconds(row.rtt_avg_ms)],
    [{ stat: 'max' }, seconds(row.rtt_max_ms)],
    [{ stat: 'stddev' }, seconds(row.rtt_stddev_ms)],
    [{ stat: 'p50' }, seconds(row.rtt_p50_ms)],
    [{ stat: 'p95' }, seconds(row.rtt_p95_ms)],
  ]),
  gauge('netwatch_probe_jitter_seconds', 'Mean difference between one time and the next.', (row) =>
    one(seconds(row.jitter_ms)),
  ),
  gauge('netwatch_probe_phase_seconds', 'Time of the phases of a probe.', (row) => [
    [{ phase: 'dns' }, seconds(row.dns_ms)],
    [{ phase: 'connect' }, seconds(row.connect_ms)],
    [{ phase: 'tls' }, seconds(row.tls_ms)],
    [{ phase: 'first_byte' }, seconds(row.first_byte_ms)],
    [{ phase: 'all' }, seconds(row.total_ms)],
  ]),
  gauge('netwatch_probe_http_status_code', 'Status of the HTTP answer.', (row) => one(row.http_status)),
  gauge('netwatch_probe_http_body_bytes', 'Bytes of its body that were read.', (row) => one(row.body_bytes)),
  gauge('netwatch_probe_dns_authentic', 'Whether the resolver vouches for the answer (AD).', (row) =>
    one(row.authentic),
  ),
  gauge('netwatch_probe_tls_expiry_timestamp_seconds', 'When the first certificate expires, since 1970.', (row) =>
    one(instant(row.tls_expires)),
  ),
  gauge('netwatch_probe_clock_offset_seconds', 'How far our clock is behind that of the NTP server.', (row) =>
    one(seconds(row.offset_ms)),
  ),
  gauge('netwatch_probe_ntp_stratum', 'Stratum of the NTP server.', (row) => one(row.stratum)),
  gauge('netwatch_probe_hops', 'Hops to the target.', (row) => one(row.hops)),
  gauge('netwatch_probe_mtu_bytes', 'Largest IP packet that passes the path whole.', (row) => one(row.mtu_bytes)),
  gauge('netwatch_probe_overhead_seconds', 'How much longer it takes than beside the tunnel.', (row) =>
    one(seconds(row.overhead_ms)),
  ),
];

/** What adds up over a run of several rounds. */
const COUNTERS: readonly Metric<ProbeRow>[] = [
  {
    name: 'netwatch_probe_outages_total',
    type: 'counter',
    help: 'How often the target went down since netwatch was started.',
    samples: (row) => one(row.outages),
  },
  {
    name: 'netwatch_probe_outage_seconds_total',
    type: 'counter',
    help: 'How long it was down since netwatch was started.',
    samples: (row) => one(row.outage_s),
  },
  {
    name: 'netwatch_probe_path_changes_total',
    type: 'counter',
    help: 'How often our address on the way, or theirs, changed since netwatch was started.',
    samples: (row) => one(row.path_changes),
  },
];

/**
 * The last round of each target; of rows whose labels are the same the last counts. Counters are there where there is more
 * than one round (`repeating`).
 */
export function probeExposition(rows: readonly ProbeRow[], repeating: boolean): string {
  return rows.length === 0 ? '' : familiesText(probeFamilies(rows, repeating));
}

/** The same as families; without rows, those that there would be. */
export function probeFamilies(rows: readonly ProbeRow[], repeating: boolean): readonly Family[] {
  return familiesOf((repeating ? [...GAUGES, ...COUNTERS] : GAUGES).map(ofTarget), rows);
}

/** The metric with the labels that say which target it is of. */
function ofTarget(metric: Metric<ProbeRow>): Metric<ProbeRow> {
  return {
    ...metric,
    samples: (row) =>
      metric
        .samples(row)
        .map(
          ([labels, value]): Sample => [{ target: row.target, kind: row.kind, host: row.host ?? '', ...labels }, value],
        ),
  };
}
