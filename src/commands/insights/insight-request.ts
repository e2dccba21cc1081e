import { RULES } from '../../core/insight/all-rules.ts';
import { ThresholdSettings } from '../../core/insight/thresholds.ts';
import type { PacketRequest } from '../packets/packet-request.ts';
import type { ModelRequest } from './model-options.ts';

/** What the rules are asked. */
export interface InsightRequest {
  readonly packets: PacketRequest;
  readonly thresholds: ThresholdSettings;
  /** Null when no model is asked for its comment. */
  readonly model: ModelRequest | null;
}

/** The thresholds that were typed or configured. Throws Failure 64. */
export function thresholdsOf(words: readonly string[] | null): ThresholdSettings {
  return words === null ? ThresholdSettings.usual : ThresholdSettings.parse(words, RULES);
}
