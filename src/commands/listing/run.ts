import type { Context } from '../context/context.ts';
import type { Options } from '../options/option.ts';
import type { ListingValues } from '../options/shared-options.ts';

/**
 * What a command does with the options that were given. Its snapshots are answers of their own, or parts of one, or
 * batches of rows that are printed as they come; or it does something else than print records.
 */
export type Run<O extends Options = Options> = Snapshots | Parts | Batches | Deed<O>;

/** Each snapshot is an answer: --limit, --sort and --expect are about each. An interrupt is the exit status. */
export interface Snapshots {
  readonly kind: 'snapshots';
}

/** All snapshots are one answer, which ends when the input does: --limit, --sort and --expect are about all of them. */
export interface Parts {
  readonly kind: 'parts';
}

/** The same of an answer that may never end. The command applies --filter itself. */
export interface Batches {
  readonly kind: 'batches';
  /** Whether an interrupt is the exit status; else it is the normal end. */
  readonly interruptIsStatus: boolean;
}

/** Something is done instead of printing records: a file is written, or a text. */
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
