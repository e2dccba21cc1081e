import type { Findings, Reply } from '../../core/health/prober.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Platform } from '../../core/system/platform.ts';

/** What probers ask of where they run. */
export interface ProberOptions {
  readonly platform: Platform;
  readonly clock: Clock;
  /** Says something once, for who wants to hear of it. */
  readonly sayLimit: (what: string, why: string, remedy: string | null) => void;
}

/** A reply with what is known, the rest being nothing. */
export function reply(known: Partial<Reply> & Pick<Reply, 'ok' | 'detail'>): Reply {
  return { rttMs: null, addr: null, findings: NOTHING, at: null, ...known };
}

const NOTHING: Findings = {};
