/** A record on its way. */
export interface Message {
  /** The same whenever it is sent again, so that who receives it twice can tell. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Characters of what the other side says of itself that are shown. */
export const LONGEST_REASON = 200;

/** What became of messages that were sent. */
export type Reply =
  /** They are kept on the other side, but for those that it will never take; `why` says why not. */
  | { readonly kind: 'taken'; readonly refused: number; readonly why: string | null }
  /** None is sure to be kept: they are to be sent again, at the earliest after `afterMs`. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs: number | null };

/** The other side: one file for each protocol in `platform/sink/`. */
export interface Recipient {
  /** How many messages it takes at once. */
  readonly most: number;
  /** Sends messages, and resolves when it is known what became of them. Never rejects. */
  send(messages: readonly Message[], signal: AbortSignal): Promise<Reply>;
  close(): Promise<void>;
}

/** What waits to be sent, in order. */
export interface Waiting {
  /** The first messages that wait, not more than `most`; a gap before them is the first. */
  first(most: number): Batch;
  /** Resolves when something waits, or the signal aborts. */
  some(signal: AbortSignal): Promise<void>;
  /** Lets go of a batch that is delivered. */
  settle(batch: Batch): void;
  /** How many records wait; those that were dropped do not. */
  count(): number;
}

export interface Batch {
  readonly messages: readonly Message[];
  /** The number of the last record that this batch settles. */
  readonly upTo: number;
  /** Where the record after it begins; for the spool alone. */
  readonly next: { readonly segment: number; readonly offset: number };
}
