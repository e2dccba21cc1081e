import type { Clock } from '../system/clock.ts';
import type { Platform } from '../system/platform.ts';
import type { User } from '../system/user.ts';

/** What a sampler stands in; it reaches for nothing else. */
export interface Surroundings {
  readonly clock: Clock;
  /** Ends what is sampled. */
  readonly signal: AbortSignal;
  /** Hears, a line each, what a person may want to know beside the records. */
  readonly say: (line: string) => void;
  /** Hears what somebody must know to trust the answer. */
  readonly warn: (line: string) => void;
  /** Whether `say` hears more than is needed. */
  readonly isVerbose: boolean;
  /** Calls the listener whenever somebody asks how things stand; returns what takes it away. */
  readonly onStatusAsked: (listener: () => void) => () => void;
  /** Who a process becomes that is started with more privileges than it needs; null to stay who it is. */
  readonly lesserUser: User | null;
  /** How this process itself gives up its privileges, once all that takes them is open; null to keep them. */
  readonly surrender: Surrender | null;
}

/** What this process does before it becomes somebody else, and who that is; null for who is not root. */
export interface Surrender {
  readonly user: User | null;
  /** Loads what is only loaded later: the folder of the program may be closed to that user. */
  prepare(): Promise<unknown>;
}

/** Where a sampler samples. */
export interface Place extends Surroundings {
  readonly platform: Platform;
}
