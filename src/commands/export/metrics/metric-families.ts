import { probeFamilies } from '../../../core/health/reports/probe-metrics.ts';
import {
  type Family,
  familiesOf,
  type Metric,
  type Sample as Series,
  scaled,
} from '../../../core/output/exposition.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import { ConnMetrics } from '../../conns/conn-metrics.ts';
import { InterfaceMetrics } from '../../ifaces/interface-metrics.ts';
import { pathFamilies } from './path-metrics.ts';
import { isCarrying, isTunnel, MOST_INTERFACES, MOST_LIMITS, type Sample } from './sample.ts';
import { MOST_TUNNELS, tunnelFamilies } from './tunnel-metrics.ts';

/** What node_exporter reads itself: a textfile that has it too breaks the scrape. */
const OF_NODE_EXPORTER = 'node_';

const TUNNELS: readonly Metric<IfaceRow>[] = [
  {
    name: 'netwatch_tunnel_up',
    type: 'gauge',
    help: 'Whether an interface that leads through others can carry traffic.',
    samples: (row) => [[{ device: row.name, kind: row.kind }, isCarrying(row)]],
  },
];

const metric = (
  name: string,
  type: Metric<Sample>['type'],
  help: string,
  samples: (of: Sample) => readonly Series[] | number | null,
): Metric<Sample> => ({
  name,
  type,
  help,
  samples: (of) => {
    const found = samples(of);
    return typeof found === 'object' && found !== null ? found : [[{}, found]];
  },
});

const ITSELF: readonly Metric<Sample>[] = [
  metric('netwatch_findings', 'gauge', 'Findings of the rules that hold.', ({ findings }) => {
    const counts = new Map<string, { labels: Record<string, string>; count: number }>();
    for (const { rule, severity } of findings ?? []) {
      const key = `${rule} ${severity}`;
      counts.set(key, { labels: { rule, severity }, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    return [...counts.values()].map(({ labels, count }): Series => [labels, count]);
  }),
  metric(
    'netwatch_capture_packets_total',
    'counter',
    'Packets that netwatch captured.',
    ({ captured }) => captured?.captured ?? null,
  ),
  metric(
    'netwatch_capture_dropped_packets_total',
    'counter',
    'Packets that the kernel dropped before netwatch could read them.',
    ({ captured }) => captured?.dropped ?? null,
  ),
  metric('netwatch_left_out', 'gauge', 'How many of these have no series of their own.', (of) => [
    [{ of: 'processes' }, of.conns.others()],
    [{ of: 'interfaces' }, Math.max(0, of.interfaces.length - MOST_INTERFACES)],
    [{ of: 'tunnels' }, Math.max(0, of.tunnels.length - MOST_TUNNELS)],
  ]),
  metric('netwatch_limit_info', 'gauge', 'What netwatch cannot see here, and why; always 1.', ({ limits }) =>
    limits.slice(0, MOST_LIMITS).map(({ what, subject, why }): Series => [{ what: subject ?? what, why }, 1]),
  ),
  metric('netwatch_sample_duration_seconds', 'gauge', 'How long it took to read the machine.', ({ health }) =>
    scaled(health.tookS, 1),
  ),
  metric(
    'netwatch_last_success_timestamp_seconds',
    'gauge',
    'When the machine was last read, since 1970.',
    ({ health }) => health.readAt,
  ),
  metric('netwatch_samples_total', 'counter', 'How often the machine was read.', ({ health }) => health.samples),
  metric(
    'netwatch_sample_failures_total',
    'counter',
    'How often it could not be read.',
    ({ health }) => health.failures,
  ),
  metric(
    'netwatch_pushes_total',
    'counter',
    'How often metrics were sent (--to) and taken.',
    ({ push }) => push?.sent ?? null,
  ),
  metric(
    'netwatch_push_failures_total',
    'counter',
    'How often they could not be sent.',
    ({ push }) => push?.failures ?? null,
  ),
  metric(
    'netwatch_push_refused_values_total',
    'counter',
    'Values that the receiver did not take.',
    ({ push }) => push?.refused ?? null,
  ),
  metric('netwatch_last_push_timestamp_seconds', 'gauge', 'When they were last taken, since 1970.', ({ push }) =>
    push === null || push.sentAt === null ? null : push.sentAt / 1000,
  ),
  metric('netwatch_build_info', 'gauge', 'Versions; always 1.', ({ health: { version, node } }) => [
    [{ version, node }, 1],
  ]),
  metric(
    'process_start_time_seconds',
    'gauge',
    'When netwatch was started, since 1970.',
    ({ health }) => health.startedAt,
  ),
  metric('process_resident_memory_bytes', 'gauge', 'Memory that netwatch takes.', ({ health }) => health.residentBytes),
  metric('process_cpu_seconds_total', 'counter', 'Processor time that netwatch took.', ({ health }) =>
    scaled(health.cpuS, 1),
  ),
];

/** All metrics of a sample. */
export function familiesOfSample(sample: Sample): readonly Family[] {
  const { conns, interfaces, tunnels, multipath, probes, probesRepeat } = sample;
  const listed = interfaces.slice(0, MOST_INTERFACES);
  const ofInterfaces = new InterfaceMetrics();
  for (const row of listed) ofInterfaces.add(row);
  return [
    ...ofInterfaces.families(),
    ...familiesOf(TUNNELS, listed.filter(isTunnel)),
    ...tunnelFamilies(tunnels),
    ...pathFamilies(multipath),
    ...conns.families(),
    ...probeFamilies(probes, probesRepeat),
    ...familiesOf(ITSELF, [sample]),
  ].filter(({ samples }) => samples.length > 0);
}

/** Those of a textfile. What begins with process_ is of node_exporter itself there. */
export function familiesOfTextfile(sample: Sample): readonly Family[] {
  return familiesOfSample(sample).filter(
    ({ name }) => !name.startsWith(OF_NODE_EXPORTER) && !name.startsWith('process_'),
  );
}

/** The name of every metric that there may be. */
export function metricNames(): readonly string[] {
  const families = [
    ...new InterfaceMetrics().families(),
    ...familiesOf(TUNNELS, []),
    ...tunnelFamilies([]),
    ...pathFamilies(null),
    ...new ConnMetrics().families(),
    ...probeFamilies([], true),
    ...familiesOf(ITSELF, []),
  ];
  return families.map(({ name }) => name);
}
