import { CounterStarts } from '../../../core/delivery/counter-starts.ts';
import { type Push, pushEvery } from '../../../core/delivery/push.ts';
import { EXIT, Failure, messageOf } from '../../../core/failure.ts';
import { formatSeconds } from '../../../core/output/units.ts';
import type { Place } from '../../../core/sample/surroundings.ts';
import { keepHeapLow } from '../../../core/tight-heap.ts';
import { hideArguments } from '../../../platform/machine/process-title.ts';
import { loadMetricsSink } from '../../../platform/sink/open-sink.ts';
import type { MetricsSink } from '../../../platform/sink/otlp-metrics.ts';
import type { Context } from '../../context/context.ts';
import { sayFaults } from '../../reading/say-faults.ts';
import { shedPrivileges } from '../../reading/shed-privileges.ts';
import { familiesOfSample } from './metric-families.ts';
import type { MetricsRequest, PushTo } from './metrics-request.ts';
import type { Sample } from './sample.ts';
import { openServer, sayWhere } from './serve-metrics.ts';
import type { Shown } from './shown.ts';
import { singleFlight } from './single-flight.ts';
import type { Station } from './station.ts';

/** However many ask, the machine is read once a second. */
const FRESH_MS = 1000;

/**
 * Answers for metrics, sends them, or both, until the context is interrupted. `open` opens the station, after the port is taken; then
 * privileges are given up. Rejects with a Failure 64, 66, 69 or 77.
 */
export async function standMetrics(
  context: Context,
  place: Place,
  { listen, push: to, names }: MetricsRequest,
  shown: Shown,
  open: () => Promise<Station>,
): Promise<void> {
  const { clock } = context;
  const fault = onceEach((message) => context.warn(`the machine cannot be read: ${message}`));
  const machine = await place.platform.readHost();
  const host = shown.hostname(machine);
  let station: Station | null = null;
  let push: Push | null = null;
  const opened = (): Station => {
    if (station === null) throw new Failure(EXIT.unavailable, 'netwatch is still starting');
    return station;
  };
  const health = (sample: Sample): Sample => ({ ...sample, push: push?.health() ?? null });
  const read = singleFlight(clock, FRESH_MS, async () => health(await opened().read()));
  const sink = to === null ? null : await openSink(to, context, clock.now() - (machine.uptime_s ?? 0) * 1000);
  const server =
    listen === null
      ? null
      : await openServer(clock, listen, names, { host, opened, read, tellsReasons: shown.tellsReasons }, fault);
  const over = new AbortController();
  try {
    keepHeapLow();
    station = await open();
    await shedPrivileges(context, 'on', 'the machine is read');
    if (listen !== null && server !== null) sayWhere(context, listen, server);
    if (to !== null && sink !== null) {
      push = startPush(context, to, sink, read, fault, AbortSignal.any([place.signal, over.signal]));
      context.say(`metrics go to ${to.destination.name} every ${formatSeconds(to.intervalMs / 1000)}`);
    }
    await station.watch(fault);
  } finally {
    over.abort();
    server?.close();
    await (push as Push | null)?.ended;
    sink?.close();
    await station?.close((faults) => sayFaults(context, faults));
  }
}

/** Loads what sending takes, while the files of this program can be read. What the kernel counts, it counts since it was booted. */
async function openSink(to: PushTo, { clock }: Context, bootedAt: number): Promise<MetricsSink> {
  if (to.destination.user !== null) hideArguments(`netwatch export metrics --to ${to.destination.name}`);
  const begun = clock.now();
  const starts = new CounterStarts((name) => (name.startsWith('node_') ? bootedAt : begun));
  return (await loadMetricsSink())({ ...to, clock }, starts);
}

function startPush(
  { clock, warn }: Context,
  { destination: { name }, intervalMs }: PushTo,
  sink: MetricsSink,
  readSample: () => Promise<Sample>,
  fault: (error: unknown) => void,
  signal: AbortSignal,
): Push {
  const read = async () => {
    const sample = await readSample();
    return { families: familiesOfSample(sample), at: sample.health.readAt * 1000 };
  };
  return pushEvery(
    { read, send: sink.send, intervalMs },
    { clock, random: Math.random, say: warn, name, fault },
    signal,
  );
}

/** Says each fault when it begins, and not again while it lasts. */
function onceEach(say: (message: string) => void): (error: unknown) => void {
  let last = '';
  return (error) => {
    const message = messageOf(error);
    if (message !== last) say(message);
    last = message;
  };
}
