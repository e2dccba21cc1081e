import type { Context } from '../context/context.ts';
import type { Options } from '../options/option.ts';
import type { ListingValues } from '../options/shared-options.ts';

/**
 * What a command does with the given options. Its snapshots are separate answers, or parts of one answer, or batches of
 * rows that are printed as they come; or it does something other than print records.
 */
export type Run<O extends Options = Options> = Snapshots | Parts | Batches | Deed<O>;

/** Each snapshot is an answer: --limit, --sort and --expect apply to each. An interrupt gives the exit status. */
export interface Snapshots {
  readonly kind: 'snapshots';
}

/**
 * All snapshots are one answer, which ends when the input does: --limit, --sort and --expect apply to all of them
 * together.
 */
export interface Parts {
  readonly kind: 'parts';
}

/** The same for an answer that may never end. The command applies --filter itself. */
export interface Batches {
  readonly kind: 'batches';
  /** Whether an interrupt gives the exit status; otherwise it is the normal end. */
  readonly interruptIsStatus: boolean;
}

/** Does something instead of printing records: writes a file, or a text. */
export interface Deed<O extends Options> {
  readonly kind: 'deed';
  readonly interruptIsStatus: boolean;
  /** Resolves to the exit status. */
  readonly perform: (context: Context, values: ListingValues<O>, operands: readonly string[]) => Promise<number>;
}

export const SNAPSHOTS: Snapshots = { kind: 'snapshots' };
export const PARTS: Parts = { kind: 'parts' };

/** Whether a run that was interrupted ends with 128 and the number of the signal. */
export function interruptIsStatus(run: Run): boolean {
  switch (run.kind) {
    case 'snapshots':
    case 'parts':
      return true;
    case 'batches':
    case 'deed':
      return run.interruptIsStatus;
  }
}
