import { usageError } from '../../core/failure.ts';
import { compileFilter, type Predicate } from '../../core/filter/bind.ts';
import { compileExpectation, type Expectation } from '../../core/filter/expectation.ts';
import type { Format, ReportFormat } from '../../core/output/renderer.ts';
import { namedFields, visibleFields } from '../../core/record/select-fields.ts';
import { parseSort, type SortKey } from '../../core/record/sort.ts';
import type { RecordTable } from '../../core/record/table.ts';
import type { Options, Values } from '../options/option.ts';
import type { outputOptions } from '../options/shared-options.ts';
import type { Claim, ListingCommand, ListingValues } from './command.ts';
import type { TickPlan } from './ticks.ts';

const DEFAULT_INTERVAL_MS = 1000;
const WAIT_INTERVAL_MS = 250;

/** Everything the options of a listing say, checked before anything is read. */
export interface ListingPlan {
  readonly table: RecordTable;
  readonly format: Format | ReportFormat;
  readonly header: boolean;
  readonly fields: readonly string[];
  readonly sort: readonly SortKey[];
  readonly limit: number | null;
  readonly filter: Predicate | null;
  readonly expect: Claim | null;
  readonly wait: { readonly until: Expectation; readonly source: string } | null;
  readonly ticks: TickPlan;
  readonly repeating: boolean;
  /** Fields somebody named. */
  readonly asked: ReadonlySet<string>;
  /** Fields that will be read at all. */
  readonly wanted: ReadonlySet<string>;
}

/** Throws Failure 64 for what does not fit together or names what is not there. */
export function planListing(command: ListingCommand, values: ListingValues<Options>, isTerminal: boolean): ListingPlan {
  const table = command.tableOf(values);
  const format = askedFormat(values) ?? command.stream?.format(values) ?? (isTerminal ? 'table' : 'tsv');
  const repeating =
    command.repeats &&
    (values.interval !== null || values.count !== null || values.duration !== null || values.events === true);
  if (values.timeout !== null && values.wait === null)
    throw usageError('--timeout goes with --wait', { hint: 'did you mean --duration?' });
  if (values.wait !== null && values.wait !== undefined && (values.count !== null || values.duration !== null)) {
    throw usageError('--wait is bounded by --timeout, not by --count or --duration');
  }
  const startsFirst = values.events === true || command.firstTickIsStart === true;
  const until = expectation(values.wait, table);
  const wait = until === null ? null : { until, source: values.wait ?? '' };
  const standing = command.claim?.(values) ?? null;
  const expected = expectation(values.expect, table);
  const expect = expected === null ? standing : claimOf(expected, values.expect ?? '');
  const filter = values.filter === null || command.stream !== null ? null : compileFilter(values.filter, table);
  const sort = values.sort === null ? [] : parseSort(table, values.sort);
  const named = values.fields === null ? null : namedFields(table, values.fields);
  const json = format === 'json' || format === 'ndjson';
  const fields = named ?? (json ? Object.keys(table.fields) : visibleFields(table, repeating, values.resolve === true));
  const asked = new Set([
    ...(named ?? []),
    ...sort.map((key) => key.field),
    ...(filter?.fields ?? []),
    ...(expect?.expectation.fields ?? []),
    ...(wait?.until.fields ?? []),
  ]);
  return {
    table,
    format,
    header: !values['no-header'],
    fields,
    sort,
    limit: values.limit,
    filter,
    expect,
    wait,
    ticks: {
      interval: values.interval ?? (wait !== null ? WAIT_INTERVAL_MS : repeating ? DEFAULT_INTERVAL_MS : null),
      // the first look is only what later ones are compared with
      count: startsFirst && values.count !== null ? values.count + 1 : (values.count ?? null),
      duration: wait === null ? (values.duration ?? null) : (values.timeout ?? null),
    },
    repeating: repeating || wait !== null,
    asked,
    wanted: new Set([...asked, ...fields].flatMap((name) => [name, table.hosts[name] ?? name])),
  };
}

function expectation(source: string | null | undefined, table: RecordTable): Expectation | null {
  return source === null || source === undefined ? null : compileExpectation(source, table);
}

/** An expectation as somebody wrote it. */
export function claimOf(expectation: Expectation, source: string): Claim {
  return {
    expectation,
    readsOn: true,
    refuted: `expectation does not hold: ${source}`,
    untold: `expectation cannot be told: ${source}`,
  };
}

/** The format that the options name; null for none. Throws Failure 64 when they name several. */
export function askedFormat(values: Values<typeof outputOptions>): Format | ReportFormat | null {
  const named: (Format | ReportFormat)[] = [];
  if (values.output !== null) named.push(values.output);
  if (values.json) named.push('ndjson');
  if (values.tsv) named.push('tsv');
  if (values.csv) named.push('csv');
  const [first] = named;
  if (named.some((format) => format !== first))
    throw usageError(`one output format at a time, not ${named.join(' and ')}`);
  return first ?? null;
}
