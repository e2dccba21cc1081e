import type { Tally } from '../../core/filter/expectation.ts';
import { GatheredRows } from '../../core/record/gathered-rows.ts';
import type { AnyRow, Section, Snapshot } from '../../core/record/table.ts';
import type { ListingPlan } from './listing-plan.ts';

/** How much a run has read, and how much of it was printed. */
export interface Seen {
  rows: number;
  kept: number;
  snapshots: number;
}

/** The counts for one answer: a snapshot, or everything there is. */
export interface Answer {
  readonly claims: readonly Tally[];
  readonly wait: Tally | null;
  /** Rows that may still be printed. */
  left: number;
  /** Whether the other rows must still be read. */
  readonly readsOn: boolean;
}

/** Begins to count. An answer that may end early (`isOpenEnded`) is read to its end only for a claim. */
export function beginAnswer({ claims, wait, limit }: ListingPlan, isOpenEnded: boolean): Answer {
  return {
    claims: claims.map(({ expectation }) => expectation.start()),
    wait: wait?.until.start() ?? null,
    left: limit ?? Number.POSITIVE_INFINITY,
    readsOn: !isOpenEnded || claims.some(({ readsOn }) => readsOn),
  };
}

/** The rows that pass the filter, counted and judged. */
export function* keep(rows: Iterable<AnyRow>, plan: ListingPlan, answer: Answer, seen: Seen): Iterable<AnyRow> {
  const { judges } = plan.table;
  for (const row of rows) {
    seen.rows++;
    if (plan.filter !== null && !plan.filter.matches(row)) continue;
    seen.kept++;
    if (judges !== null && !judges(row)) {
      yield row;
      continue;
    }
    for (const claim of answer.claims) claim.add(row);
    answer.wait?.add(row);
    yield row;
  }
}

/** The first rows; the others are still read when an expectation is about all of them. */
export function* take(rows: Iterable<AnyRow>, answer: Answer): Iterable<AnyRow> {
  if (answer.left <= 0 && !answer.readsOn) return;
  for (const row of rows) {
    if (answer.left-- > 0) yield row;
    if (answer.left <= 0 && !answer.readsOn) return;
  }
}

export function* inOrder(rows: Iterable<AnyRow>, gathered: GatheredRows): Iterable<AnyRow> {
  for (const row of rows) gathered.add(row);
  yield* gathered.sorted();
}

/**
 * The sorted rows of an answer that comes in parts, as many as `kept` leaves; after them rows of other types if
 * `hasOthers`. `left` is called with the number of rows for which there was no room.
 */
export async function* gatherParts(
  snapshots: AsyncIterable<Snapshot>,
  plan: ListingPlan,
  kept: ((rows: Iterable<AnyRow>) => Iterable<AnyRow>) | null,
  hasOthers: boolean,
  left: (rows: number) => Promise<void>,
): AsyncGenerator<Snapshot> {
  const limit = kept === null ? null : plan.limit;
  const rows = new GatheredRows(plan.table, plan.sort, limit ?? Number.POSITIVE_INFINITY);
  const others: Section[] = [];
  for await (const snapshot of snapshots) {
    for (const one of snapshot) {
      if (one.table === plan.table) for (const row of kept === null ? one.rows : kept(one.rows)) rows.add(row);
      else if (hasOthers) others.push(one);
    }
  }
  yield [{ table: plan.table, rows: rows.sorted() }, ...others];
  if (rows.left > 0) await left(rows.left);
}
