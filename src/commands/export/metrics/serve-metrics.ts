import { messageOf } from '../../../core/failure.ts';
import { policyFor } from '../../../core/html/style-policy.ts';
import type { Clock } from '../../../core/system/clock.ts';
import { type Answer, type HttpListener, listenHttp } from '../../../platform/listener/http-listener.ts';
import type { Context } from '../../context/context.ts';
import { type ListenAddress, urlOf } from './listen-address.ts';
import { familiesOfSample } from './metric-families.ts';
import { CONTENT_TYPES, formatFor, type MetricsFormat, metricsText } from './metrics-text.ts';
import { pageOf } from './page.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { Sample } from './sample.ts';
import { singleFlight } from './single-flight.ts';
import type { Station } from './station.ts';

/** However many ask, the page is made once a second. */
const FRESH_MS = 1000;
const METRICS_POLICY = "default-src 'none'; frame-ancestors 'none'";
const PAGE_POLICY = `${policyFor(PAGE_STYLE)}; frame-ancestors 'none'`;

/** What is served. */
export interface Served {
  readonly host: string;
  /** Throws a Failure 69 while netwatch is starting. */
  readonly opened: () => Station;
  readonly read: () => Promise<Sample>;
  /** Whether faults are told with their reasons. */
  readonly tellsReasons: boolean;
}

/** Takes the port and answers for metrics and for the page. Rejects with a Failure 69 or 77. */
export function openServer(
  clock: Clock,
  at: ListenAddress,
  names: readonly string[],
  { host, opened, read, tellsReasons }: Served,
  fault: (error: unknown) => void,
): Promise<HttpListener> {
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
      const text = `the machine cannot be read${tellsReasons ? `: ${messageOf(error)}` : ''}\n`;
      return { status: 503, type: 'text/plain; charset=utf-8', text, policy: METRICS_POLICY };
    }
  };
  const allowed = at.host === 'localhost' ? names : [...names, at.host.toLowerCase().replace(/%.*$/, '')];
  return listenHttp(
    at,
    allowed,
    { '/': () => answered(page), '/metrics': (accept) => answered(() => texts(formatFor(accept))) },
    fault,
  );
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

export function sayWhere({ say, warn }: Context, { isLoopback }: ListenAddress, { address, port }: HttpListener): void {
  say(`listening on ${urlOf(address, port)}/ and ${urlOf(address, port)}/metrics`);
  if (!isLoopback)
    warn(`${address} is beyond this machine: whoever reaches port ${port} reads what is exported, without a password`);
}
