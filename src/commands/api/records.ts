import { usageError } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import type { AnyRow, RecordTable, Row, Snapshot } from '../../core/record/table.ts';
import { didYouMean } from '../../core/suggest.ts';
import { realClock } from '../../platform/machine/real-clock.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import type { PlaceFields } from '../listing/place-fields.ts';
import { reasonForNothing } from '../listing/reason-for-nothing.ts';
import { type TickPlan, ticks } from '../listing/ticks.ts';
import { headlessContext, type Listening } from './headless.ts';

/** Which records to yield: a filter as on the command line, or a function. */
export type Choice<R> = string | ((row: R) => boolean);

/**
 * Records as they come. Nothing is read until you iterate, and leaving a `for await` loop ends the reading. Errors that
 * a user can do something about are `Failure`s: iteration rejects with them.
 */
export interface Records<R> extends AsyncIterable<R> {
  /** The same, grouped by snapshot: all records of one look at the machine, or of one piece of a capture. */
  snapshots(): AsyncIterable<readonly R[]>;
  /** Collects all of them; when a machine is sampled repeatedly, `count`, `duration` or the signal must end it. */
  all(): Promise<R[]>;
}

/** How often to sample a machine. */
export interface Repeating {
  /** Milliseconds between two snapshots; one snapshot without it. */
  readonly interval?: number;
  /** How many snapshots. */
  readonly count?: number;
  /** Milliseconds after which there are no more snapshots. */
  readonly duration?: number;
}

/** Whether to look addresses and network cards up. */
export interface Placing {
  /**
   * Fill the fields of places and vendors (`geo_country`, `asn`, `vendor` …), which are null otherwise, before records are filtered:
   * from these databases (MaxMind DB format), or with `true` from those in the usual places; and from those in the package.
   */
  readonly geoip?: boolean | readonly string[];
}

/** Where an answer comes from. */
interface Source<T extends RecordTable> {
  readonly table: T;
  readonly listening: Listening & Placing;
  /** null for all records, and when `run` applies the filter itself. */
  readonly filter: Choice<Row<T>> | null;
  /** Whether `run` applies one. */
  readonly isFilteredByRun?: boolean;
  readonly repeating?: Repeating;
  /** Fields that will be read; the default is all. */
  readonly fields?: readonly string[] | undefined;
  readonly run: (context: Context, request: Request) => AsyncGenerator<Snapshot>;
}

/**
 * The records of a source. `sourceOf` is called when somebody begins to read: options are not looked at before, and it
 * throws a Failure 64 for those that are wrong.
 */
export function recordsOf<T extends RecordTable>(sourceOf: () => Source<T>): Records<Row<T>> {
  const snapshots = () => ({ [Symbol.asyncIterator]: () => snapshotsOf(sourceOf) });
  return {
    snapshots,
    [Symbol.asyncIterator]: () => rowsOf(snapshotsOf(sourceOf)),
    async all() {
      const rows: Row<T>[] = [];
      for await (const some of snapshots()) for (const row of some) rows.push(row);
      return rows;
    },
  };
}

/** Ends at once when it is told to, also while it waits for a machine that is silent: a generator alone would wait, too. */
function snapshotsOf<T extends RecordTable>(sourceOf: () => Source<T>): AsyncIterator<readonly Row<T>[], undefined> {
  const over = new AbortController();
  const snapshots = generate(sourceOf, over);
  return {
    next: () => snapshots.next(),
    return() {
      over.abort();
      return snapshots.return(undefined);
    },
  };
}

async function* generate<T extends RecordTable>(
  sourceOf: () => Source<T>,
  over: AbortController,
): AsyncGenerator<readonly Row<T>[], undefined> {
  const source = sourceOf();
  const { table, filter, listening, isFilteredByRun = false } = source;
  const matches = filter === null ? null : testOf(filter, table);
  const { signal } = listening;
  const stop = (): void => over.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true || over.signal.aborted) return;
  const context = headlessContext(listening, over.signal);
  let placed: PlaceFields | null = null;
  let seen = 0;
  let kept = 0;
  try {
    placed = await openPlaces(table, listening.geoip ?? false, context);
    for await (const found of source.run(context, requestOf(source, context))) {
      for (const section of placed?.fill(found, (one) => one === table) ?? found) {
        if (section.table !== table) continue;
        const rows = [...section.rows] as Row<T>[];
        const chosen = matches === null ? rows : rows.filter(matches);
        seen += rows.length;
        kept += chosen.length;
        yield chosen;
      }
    }
    if (kept === 0 && !over.signal.aborted) context.say(reasonForNothing(table, seen, isFilteredByRun));
  } finally {
    stop();
    placed?.close();
    context.closePlatforms();
    signal?.removeEventListener('abort', stop);
  }
}

/** Throws Failure 64 for records without such fields, and 65, 66 or 77 for a file that is no database. */
async function openPlaces(
  table: RecordTable,
  geoip: boolean | readonly string[],
  { say }: Context,
): Promise<PlaceFields | null> {
  if (geoip === false) return null;
  if (Object.keys(table.places).length === 0) {
    throw usageError(`${table.type} records have no fields that the option "geoip" fills`);
  }
  const { openPlaceFields } = await import('../listing/place-fields.ts');
  return openPlaceFields(geoip === true ? null : geoip, say);
}

/** The rows of snapshots, one by one, in the order in which they are asked for. */
function rowsOf<R>(snapshots: AsyncIterator<readonly R[], undefined>): AsyncIterator<R, undefined> {
  let rows: readonly R[] = [];
  let at = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const step = async (): Promise<IteratorResult<R, undefined>> => {
    while (at >= rows.length) {
      const { done, value } = await snapshots.next();
      if (done === true) return { done, value: undefined };
      rows = value;
      at = 0;
    }
    return { done: false, value: rows[at++]! };
  };
  return {
    next() {
      const result = turn.then(step);
      turn = result.catch(() => {});
      return result;
    },
    async return() {
      rows = [];
      await snapshots.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** Throws Failure 64 for a filter that is wrong. */
function testOf<T extends RecordTable>(filter: Choice<Row<T>>, table: T): (row: Row<T>) => boolean {
  if (typeof filter === 'function') return filter;
  const predicate = compileFilter(filter, table, realClock.now);
  return (row) => predicate.matches(row as AnyRow);
}

function requestOf<T extends RecordTable>({ table, listening, repeating = {}, fields }: Source<T>, context: Context) {
  const { interval = null, count = null, duration = null } = repeating;
  const repeats = interval !== null || count !== null || duration !== null;
  const plan: TickPlan = { interval: interval ?? (repeats ? 1000 : null), count, duration };
  for (const field of fields ?? []) requireField(field, table);
  const asked = new Set(fields ?? []);
  const over = new AbortController();
  const request: Request = {
    ticks: ticks(context.clock, plan, AbortSignal.any([context.signal, over.signal])),
    endTicks: () => over.abort(),
    asked,
    wanted: fields === undefined ? new Set(Object.keys(table.fields)) : asked,
    repeating: repeats,
    sayLimits: (limits) => {
      for (const limit of limits) listening.onLimit?.(limit);
    },
    reportGap: (gap) => Promise.resolve(listening.onGap?.(gap)),
    showNow: async () => {},
  };
  return request;
}

function requireField(field: string, table: RecordTable): void {
  if (Object.hasOwn(table.fields, field)) return;
  throw usageError(`unknown field "${field}"`, {
    hint: didYouMean(field, Object.keys(table.fields), `netwatch fields ${table.type} lists them`),
  });
}
