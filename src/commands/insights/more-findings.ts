import type { Gap } from '../../core/gap.ts';
import { MOST_FINDINGS } from '../../core/insight/insight-engine.ts';

/** Findings that are too many to list, by rule. */
export function moreGap(more: ReadonlyMap<string, number>): readonly Gap[] {
  return [...more].map(([rule, dropped]) => ({
    what: `${rule} finding`,
    iface: null,
    dropped,
    reason: `the ${MOST_FINDINGS} gravest of a rule are listed`,
    fate: 'left out',
  }));
}
