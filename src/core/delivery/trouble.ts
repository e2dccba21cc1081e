import { formatSeconds } from '../output/units.ts';
import type { Clock } from '../system/clock.ts';

/** Reasons that are told while one trouble lasts: another side may have a new one for every try. */
const MOST_TOLD = 5;

export interface TroublePlace {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly say: (line: string) => void;
  /** How the other side is called in messages. */
  readonly name: string;
}

/** That the other side takes nothing: told when it begins, each reason once, and again when it is over. */
export class Trouble {
  private readonly told = new Set<string>();
  private since = 0;
  /** Why the last try failed; null when it did not. */
  reason: string | null = null;

  constructor(
    private readonly place: TroublePlace,
    /** What is sent, in messages. */
    private readonly what: string,
  ) {}

  /** A try has failed; `rest` says what becomes of what was to be sent. */
  goesOn(reason: string, rest: () => string): void {
    const { clock, say, name } = this.place;
    if (this.reason === null) this.since = clock.monotonic();
    this.reason = reason;
    if (this.told.has(reason) || this.told.size === MOST_TOLD) return;
    this.told.add(reason);
    say(`${name}: ${reason}; ${rest()}`);
  }

  /** A try went well. */
  ends(): void {
    if (this.reason === null) return;
    this.reason = null;
    this.told.clear();
    const { clock, say, name } = this.place;
    say(`${name} takes ${this.what} again after ${formatSeconds((clock.monotonic() - this.since) / 1000)}`);
  }
}
