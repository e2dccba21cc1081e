import { usageError } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import type { AnyRow, RecordTable, Row, Snapshot } from '../../core/record/table.ts';
import { didYouMean } from '../../core/suggest.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
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

/** Where an answer comes from. */
interface Source<T extends RecordTable> {
  readonly table: T;
  readonly listening: Listening;
  /** null for all records, and when `run` applies the filter itself. */
  readonly filter: Choice<Row<T>> | null;
  readonly repeating?: Repeating;
  /** Fields that will be read; the default is all. */
  readonly fields?: readonly string[] | undefined;
  readonly run: (context: Context, request: Request) => AsyncGenerator<Snapshot>;
}

/** The records that `run` makes. */
export function recordsOf<T extends RecordTable>(source: Source<T>): Records<Row<T>> {
  async function* snapshots(): AsyncGenerator<readonly Row<T>[]> {
    const { table, filter, listening } = source;
    const matches = filter === null ? null : testOf(filter, table);
    const over = new AbortController();
    const stop = (): void => over.abort();
    listening.signal?.addEventListener('abort', stop, { once: true });
    if (listening.signal?.aborted === true) stop();
    const context = headlessContext(listening, over.signal);
    try {
      for await (const snapshot of source.run(context, requestOf(source, context))) {
        for (const section of snapshot) {
          if (section.table !== table) continue;
          const rows = [...section.rows] as Row<T>[];
          yield matches === null ? rows : rows.filter(matches);
        }
      }
    } finally {
      stop();
      listening.signal?.removeEventListener('abort', stop);
    }
  }
  return {
    snapshots,
    async *[Symbol.asyncIterator]() {
      for await (const rows of snapshots()) yield* rows;
    },
    async all() {
      const rows: Row<T>[] = [];
      for await (const some of snapshots()) for (const row of some) rows.push(row);
      return rows;
    },
  };
}

/** Throws Failure 64 for a filter that is wrong. */
export function testOf<T extends RecordTable>(filter: Choice<Row<T>>, table: T): (row: Row<T>) => boolean {
  if (typeof filter === 'function') return filter;
  const predicate = compileFilter(filter, table);
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
  };
  return request;
}

function requireField(field: string, table: RecordTable): void {
  if (Object.hasOwn(table.fields, field)) return;
  throw usageError(`unknown field "${field}"`, {
    hint: didYouMean(field, Object.keys(table.fields), `netwatch fields ${table.type} lists them`),
  });
}

/** Throws Failure 64 for an unknown option name: a misspelt option would otherwise be ignored. */
export function requireOptions(given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name) || LISTENING.includes(name)) continue;
    throw usageError(`unknown option "${name}"`, { hint: didYouMean(name, known, `one of ${known.join(', ')}`) });
  }
}

const LISTENING = ['signal', 'onNotice', 'onLimit', 'onGap'];
