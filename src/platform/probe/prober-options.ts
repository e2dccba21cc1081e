import type { OwnConnections } from '../../core/insight/own-connections.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Platform } from '../../core/system/platform.ts';

/** What probers need from their surroundings. */
export interface ProberOptions {
  readonly platform: Platform;
  readonly clock: Clock;
  /** Reports something once, to those who listen. */
  readonly sayLimit: (what: string, why: string, remedy: string | null) => void;
  /** Is told of connections that stand for echo requests; absent where nobody looks at connections. */
  readonly own?: OwnConnections;
}
