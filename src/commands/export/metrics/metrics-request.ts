import { usageError } from '../../../core/failure.ts';
import { hostOf } from '../../../platform/listener/request-gate.ts';
import type { RedactValues } from '../../listing/open-redaction.ts';
import type { Values } from '../../options/option.ts';
import type { globalOptions } from '../../options/shared-options.ts';
import { type RecipientRequest, recipientRequestOf } from '../recipient-request.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import type { metricsOptions } from './metrics-options.ts';

/** Where metrics go, and of what. */
export interface MetricsRequest {
  readonly listen: ListenAddress | null;
  readonly push: PushTo | null;
  /** The file to replace; null for none. */
  readonly write: string | null;
  /** Names by which this machine may be asked, in lower case. */
  readonly names: readonly string[];
  readonly targets: readonly string[];
  readonly packets: boolean;
  readonly root: string | null;
  readonly redact: RedactValues;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Where metrics are sent, and how often. */
export interface PushTo extends RecipientRequest {
  readonly intervalMs: number;
}

/** Each target has a prober and a dozen series. */
const MOST_TARGETS = 200;
const USUAL_INTERVAL_MS = 15_000;
/** The machine is read once a second at most; a series that is not sent for some minutes is gone to a receiver. */
const LEAST_INTERVAL_MS = 1000;
const MOST_INTERVAL_MS = 3_600_000;

/** Throws Failure 64 for options that do not fit together, and 65 or 66 for a file that they name. */
export function metricsRequestOf(values: Values<typeof metricsOptions> & Values<typeof globalOptions>): MetricsRequest {
  const { listen, to, write, probe, packets, root, quiet, verbose, 'allow-host': names } = values;
  if (listen !== null && write !== null)
    throw usageError('--listen and --write exclude each other: run netwatch once for each');
  if (to !== null && write !== null)
    throw usageError('--to and --write exclude each other: run netwatch once for each');
  const stands = listen !== null || to !== null;
  if (names !== null && listen === null) throw usageError('--allow-host needs --listen');
  if (packets && !stands)
    throw usageError('--packets needs --listen or --to: counts of a capture that has just begun say nothing');
  if (root !== null && stands)
    throw usageError(
      `--root is a machine saved as files, which does not change: it cannot be used with ${listen === null ? '--to' : '--listen'}`,
    );
  if (root !== null && probe !== null)
    throw usageError('--root is a machine saved as files: --probe asks from a live one');
  if ((probe?.length ?? 0) > MOST_TARGETS)
    throw usageError(`--probe has ${probe!.length} targets: ${MOST_TARGETS} at most`);
  const wrong = names?.find((name) => hostOf(name) !== name.toLowerCase());
  if (wrong !== undefined)
    throw usageError(`--allow-host "${wrong}" is no name of a host`, { hint: '--allow-host monitor.example.org' });
  return {
    redact: values,
    listen: listen === null ? null : parseListenAddress(listen),
    push: pushOf(values),
    write,
    names: names?.map((name) => name.toLowerCase()) ?? [],
    targets: probe ?? [],
    ...{ packets, root, quiet, verbose },
  };
}

function pushOf(values: Values<typeof metricsOptions>): PushTo | null {
  const { to, interval } = values;
  if (to === null) {
    const alone = (['interval', 'credentials', 'tls-cert', 'tls-key'] as const).find((name) => values[name] !== null);
    if (alone !== undefined) throw usageError(`--${alone} needs --to`);
    return null;
  }
  const intervalMs = interval ?? USUAL_INTERVAL_MS;
  if (intervalMs < LEAST_INTERVAL_MS || intervalMs > MOST_INTERVAL_MS)
    throw usageError(`--interval ${intervalMs}ms is not between 1s and 1h`);
  const recipient = recipientRequestOf(values, to);
  if (recipient.destination.protocol !== 'otlp')
    throw usageError(`--to ${recipient.destination.name}: metrics are sent by OTLP alone`, {
      hint: '--to otlp+http://127.0.0.1:4318',
    });
  return { ...recipient, intervalMs, isRedacted: Boolean(values.redact) };
}
