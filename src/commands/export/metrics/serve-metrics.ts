import { EXIT, Failure, messageOf } from '../../../core/failure.ts';
import { policyFor } from '../../../core/html/style-policy.ts';
import type { Place } from '../../../core/sample/surroundings.ts';
import { keepHeapLow } from '../../../core/tight-heap.ts';
import { type Answer, type HttpListener, listenHttp } from '../../../platform/listener/http-listener.ts';
import type { Context } from '../../context/context.ts';
import { sayFaults } from '../../reading/say-faults.ts';
import { shedPrivileges } from '../../reading/shed-privileges.ts';
import { type ListenAddress, urlOf } from './listen-address.ts';
import { familiesOfSample } from './metric-families.ts';
import { CONTENT_TYPES, formatFor, type MetricsFormat, metricsText } from './metrics-text.ts';
import { pageOf } from './page.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { Sample } from './sample.ts';
import type { Shown } from './shown.ts';
import { singleFlight } from './single-flight.ts';
import type { Station } from './station.ts';

/** However many ask, the machine is read once a second. */
const FRESH_MS = 1000;
const METRICS_POLICY = "default-src 'none'; frame-ancestors 'none'";
const PAGE_POLICY = `${policyFor(PAGE_STYLE)}; frame-ancestors 'none'`;

/**
 * Answers for metrics and for the page until the context is interrupted. `open` opens the station, after the port is taken; then
 * privileges are given up. Rejects with a Failure 64, 66, 69 or 77.
 */
export async function serveMetrics(
  context: Context,
  place: Place,
  at: ListenAddress,
  names: readonly string[],
  shown: Shown,
  open: () => Promise<Station>,
): Promise<void> {
  const { clock } = context;
  const fault = onceEach((message) => context.warn(`the machine cannot be read: ${message}`));
  const host = shown.hostname(await place.platform.readHost());
  let station: Station | null = null;
  const opened = (): Station => {
    if (station === null) throw new Failure(EXIT.unavailable, 'netwatch is still starting');
    return station;
  };
  const read = singleFlight(clock, FRESH_MS, () => opened().read());
  const texts = textsOf(read);
  const page = singleFlight(clock, FRESH_MS, async () => {
    const { hour } = opened();
    const [now, time] = [clock.monotonic(), new Date(clock.now()).toISOString()];
    const text = pageOf({ host, time, now, sample: opened().last(), hour });
    return { status: 200, type: 'text/html; charset=utf-8', text, policy: PAGE_POLICY } as const;
  });
  const answered = async (answer: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await answer();
    } catch (error) {
      fault(error);
      const text = `the machine cannot be read${shown.tellsReasons ? `: ${messageOf(error)}` : ''}\n`;
      return { status: 503, type: 'text/plain; charset=utf-8', text, policy: METRICS_POLICY };
    }
  };
  const allowed = at.host === 'localhost' ? names : [...names, at.host.toLowerCase().replace(/%.*$/, '')];
  const listener = await listenHttp(
    at,
    allowed,
    { '/': () => answered(page), '/metrics': (accept) => answered(() => texts(formatFor(accept))) },
    fault,
  );
  try {
    keepHeapLow();
    station = await open();
    await shedPrivileges(context, 'on', 'the machine is read');
    sayWhere(context, at, listener);
    await station.watch(fault);
  } finally {
    listener.close();
    await station?.close((faults) => sayFaults(context, faults));
  }
}

/** The text of the last sample in each format, made once. */
function textsOf(read: () => Promise<Sample>): (format: MetricsFormat) => Promise<Answer> {
  const made = new Map<MetricsFormat, { readonly of: Sample; readonly answer: Promise<Answer> }>();
  const make = async (sample: Sample, format: MetricsFormat): Promise<Answer> => {
    const text = await metricsText(familiesOfSample(sample), format);
    return { status: 200, type: CONTENT_TYPES[format], text, policy: METRICS_POLICY };
  };
  return async (format) => {
    const sample = await read();
    const known = made.get(format);
    if (known?.of === sample) return known.answer;
    const answer = make(sample, format);
    made.set(format, { of: sample, answer });
    return answer;
  };
}

function sayWhere({ say, warn }: Context, { isLoopback }: ListenAddress, { address, port }: HttpListener): void {
  say(`listening on ${urlOf(address, port)}/ and ${urlOf(address, port)}/metrics`);
  if (!isLoopback)
    warn(`${address} is beyond this machine: whoever reaches port ${port} reads what is exported, without a password`);
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
