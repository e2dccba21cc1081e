import { usageError } from '../../core/failure.ts';
import { RULES } from '../../core/insight/all-rules.ts';
import { ThresholdSettings } from '../../core/insight/thresholds.ts';
import type { CaptureRequest } from '../../core/sample/capture-request.ts';
import type { ListingValues } from '../listing/command.ts';
import type { liveOptions } from '../packets/capture-options.ts';
import { type PacketRequest, packetRequestOf } from '../packets/packet-request.ts';
import type { insightOptions } from './insight-options.ts';
import { type ModelRequest, modelRequestOf } from './model-options.ts';

type InsightValues = ListingValues<typeof insightOptions>;

/** What the rules are asked about a capture. */
export interface CapturedInsightRequest {
  readonly packets: Extract<PacketRequest, { from: 'file' }>;
  readonly thresholds: ThresholdSettings;
  /** Null when no model is asked for its comment. */
  readonly model: ModelRequest | null;
}

/** What they are asked about a machine. */
export interface LiveInsightRequest {
  /** The folder of a saved machine, of which there is one look; null for this one. */
  readonly root: string | null;
  readonly thresholds: ThresholdSettings;
  readonly model: ModelRequest | null;
  readonly packets: CaptureRequest | null;
  readonly demandsPackets: boolean;
  readonly probes: boolean;
  /** Only what a look finds and the one before did not. */
  readonly freshOnly: boolean;
  /** Milliseconds between the two looks of a single answer; null where ticks say when to look. */
  readonly sampleMs: number | null;
}

/** How long a machine is looked at where nobody says. */
const SAMPLE_MS = 5000;

/** Throws Failure 64 for options that do not fit together, and for a threshold that there is not. */
export function insightRequestOf(values: InsightValues): CapturedInsightRequest | LiveInsightRequest {
  const { threshold, read, root, probe, interval, count, duration } = values;
  const thresholds = threshold === null ? ThresholdSettings.usual : ThresholdSettings.parse(threshold, RULES);
  const model = modelRequestOf(values);
  const repeats = interval !== null || count !== null;
  if (read !== null) {
    const name = [...REPEATING, 'no-packets' as const].find((one) => isTyped(values[one]));
    if (name !== undefined) throw usageError(`--${name} needs a live machine, not a file of --read`);
  }
  const packets = packetRequestOf(values);
  if (packets.from === 'file') return { packets, thresholds, model };
  if (packets.keylog !== null) throw usageError('--keylog needs a capture: insights reads live packets without keys');
  const demanded = DEMANDS.find((one) => isTyped(values[one]));
  if (root !== null) {
    const name = demanded ?? [...REPEATING, 'duration' as const].find((one) => isTyped(values[one]));
    if (name !== undefined) throw usageError(`--${name} needs a live machine, not one saved as files`);
  }
  if (values.new && !repeats)
    throw usageError('--new needs --interval or --count: it compares each look with the one before');
  if (values['no-packets'] && demanded !== undefined) {
    throw usageError(`--${demanded} says what to capture: it cannot be used with --no-packets`);
  }
  const isCaptured = root === null && !values['no-packets'];
  return {
    root,
    thresholds,
    model,
    packets: isCaptured ? { ...packets, durationMs: null, promiscuous: false } : null,
    demandsPackets: demanded !== undefined,
    probes: probe,
    freshOnly: values.new,
    sampleMs: repeats || root !== null ? null : (duration ?? SAMPLE_MS),
  };
}

/** Options that nobody gives who does not want packets. */
const DEMANDS = ['interface', 'bpf', 'engine'] as const satisfies readonly ('interface' | keyof typeof liveOptions)[];

/** Options of a live machine alone. */
const REPEATING = ['interval', 'count', 'wait', 'probe', 'new'] as const;

const isTyped = (value: unknown): boolean => value !== null && value !== false;
