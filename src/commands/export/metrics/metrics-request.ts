import { usageError } from '../../../core/failure.ts';
import { hostOf } from '../../../platform/listener/request-gate.ts';
import type { RedactValues } from '../../listing/open-redaction.ts';
import type { Values } from '../../options/option.ts';
import type { globalOptions } from '../../options/shared-options.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import type { metricsOptions } from './metrics-options.ts';

/** Where metrics go, and of what. */
export interface MetricsRequest {
  readonly listen: ListenAddress | null;
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

/** Each target has a prober and a dozen series. */
const MOST_TARGETS = 200;

/** Throws Failure 64 for options that do not fit together. */
export function metricsRequestOf(values: Values<typeof metricsOptions> & Values<typeof globalOptions>): MetricsRequest {
  const { listen, write, probe, packets, root, quiet, verbose, 'allow-host': names } = values;
  if (listen !== null && write !== null)
    throw usageError('--listen and --write exclude each other: run netwatch once for each');
  if (names !== null && listen === null) throw usageError('--allow-host needs --listen');
  if (packets && listen === null)
    throw usageError('--packets needs --listen: counts of a capture that has just begun say nothing');
  if (root !== null && listen !== null)
    throw usageError('--root is a machine saved as files, which does not change: it cannot be used with --listen');
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
    write,
    names: names?.map((name) => name.toLowerCase()) ?? [],
    targets: probe ?? [],
    ...{ packets, root, quiet, verbose },
  };
}
