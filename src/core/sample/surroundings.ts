import type { Clock } from '../system/clock.ts';
import type { Platform } from '../system/platform.ts';
import type { User } from '../system/user.ts';

/** The surroundings of a sampler; it uses nothing else. */
export interface Surroundings {
  readonly clock: Clock;
  /** Ends the sampling. */
  readonly signal: AbortSignal;
  /** Called with lines that a person may want to know in addition to the records. */
  readonly say: (line: string) => void;
  /** Called with lines that somebody must know to be able to trust the answer. */
  readonly warn: (line: string) => void;
  /** Whether `say` should get more than is necessary. */
  readonly isVerbose: boolean;
  /** Calls the listener whenever somebody asks for the status; returns a function that removes it. */
  readonly onStatusAsked: (listener: () => void) => () => void;
  /**
   * The user that a process becomes when it is started with more privileges than it needs; null to stay the same user.
   */
  readonly lesserUser: User | null;
  /** How this process itself gives up its privileges, once everything that needs them is open; null to keep them. */
  readonly surrender: Surrender | null;
}

/** What this process does before it becomes another user, and which user that is; null when the process is not root. */
export interface Surrender {
  readonly user: User | null;
  /** Loads what would otherwise be loaded later: that user may not be able to read the folder of the program. */
  prepare(): Promise<unknown>;
}

/** Where a sampler samples. */
export interface Place extends Surroundings {
  readonly platform: Platform;
}
