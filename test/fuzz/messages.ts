import type { Finding } from './finding.ts';

/** What the thread that fuzzes is told. */
export interface Order {
  readonly seed: number;
  readonly target: string | null;
  readonly slowMs: number;
  /** Words shared with the watchdog: see PLACE. */
  readonly place: SharedArrayBuffer;
  /** Where to go on after a thread that was lost, and why it was; null for the beginning. */
  readonly after: Lost | null;
}

export interface Lost {
  readonly round: number;
  readonly target: number;
  readonly index: number;
  readonly problem: string;
}

/** Words of Order.place. */
export const PLACE = { round: 0, target: 1, index: 2, beats: 3, stop: 4 } as const;

export interface Tally {
  readonly name: string;
  readonly inputs: number;
  readonly packets: number;
  readonly findings: number;
  readonly millis: number;
}

export type Message =
  | { readonly type: 'ready'; readonly about: string }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'tally'; readonly tallies: readonly Tally[] };
