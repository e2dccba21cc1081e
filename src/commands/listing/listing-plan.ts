import { usageError } from '../../core/failure.ts';
import { compileFilter, type Predicate } from '../../core/filter/bind.ts';
import { compileExpectation, type Expectation } from '../../core/filter/expectation.ts';
import type { Now } from '../../core/filter/instant.ts';
import { compileSpokenRows } from '../../core/filter/spoken-rows.ts';
import { compileThreshold, notPassed } from '../../core/filter/threshold.ts';
import type { FormatName } from '../../core/output/format.ts';
import { namedFields, visibleFields } from '../../core/record/select-fields.ts';
import { parseSort, type SortKey } from '../../core/record/sort.ts';
import type { AnyRow, RecordTable } from '../../core/record/table.ts';
import type { Options, Values } from '../options/option.ts';
import type { ListingValues, outputOptions } from '../options/shared-options.ts';
import type { Claim, ListingCommand } from './command.ts';
import type { Format } from './format.ts';
import { refuseUnfit } from './format-fit.ts';
import type { Run } from './run.ts';
import type { TickPlan } from './ticks.ts';

const DEFAULT_INTERVAL_MS = 1000;
const WAIT_INTERVAL_MS = 250;

/** What the run waits for. */
export interface Awaited {
  readonly until: Expectation;
  readonly source: string;
  /** Whether it speaks of a row: those are printed, where there are any. */
  readonly speaksOf: (row: AnyRow) => boolean;
}

/** Everything that the options of a listing say, checked before anything is read. */
export interface ListingPlan {
  readonly table: RecordTable;
  readonly run: Run;
  readonly format: Format;
  /** Whether names of addresses are looked up. */
  readonly resolves: boolean;
  readonly header: boolean;
  readonly fields: readonly string[];
  readonly sort: readonly SortKey[];
  readonly limit: number | null;
  readonly filter: Predicate | null;
  /** What is judged: the exit status is that of the worst. */
  readonly claims: readonly Claim[];
  readonly wait: Awaited | null;
  readonly ticks: TickPlan;
  readonly repeating: boolean;
  /** Whether rows begin with their time, those of other tables too. */
  readonly isDated: boolean;
  /** Fields that the user named. */
  readonly asked: ReadonlySet<string>;
  /** All fields that will be read. */
  readonly wanted: ReadonlySet<string>;
}

/** Throws Failure 64 for options that do not fit together or that name something unknown. */
export function planListing(
  command: ListingCommand,
  values: ListingValues<Options>,
  isTerminal: boolean,
  now: Now,
): ListingPlan {
  const table = command.tableOf(values);
  const run = command.runOf(values);
  const format = formatOf(command, values, isTerminal);
  const watches = command.watches(values);
  const repeating =
    command.repeats && (values.interval !== null || values.count !== null || values.duration !== null || watches);
  if (values.timeout !== null && values.wait === null)
    throw usageError('--timeout needs --wait', { hint: 'did you mean --duration?' });
  if (values.wait !== null && values.wait !== undefined && (values.count !== null || values.duration !== null)) {
    throw usageError('--wait is bounded by --timeout, not by --count or --duration');
  }
  const wait = isGiven(values.wait) ? awaitedOf(values.wait, table, now) : null;
  const standing = command.claim(values);
  const asserted = assertedClaims(command, values, table, now);
  const claims = asserted.length > 0 || standing === null ? asserted : [standing];
  refuseUnfit(format, table, values, repeating && wait === null);
  const filtersItself = run.kind === 'batches' || run.kind === 'deed';
  const filter = values.filter === null || filtersItself ? null : compileFilter(values.filter, table, now);
  const sort = values.sort === null ? [] : parseSort(table, values.sort);
  const named = values.fields === null ? null : namedFields(table, values.fields);
  const resolves = command.resolves(values);
  if (resolves && values.numeric === true) throw usageError('--resolve and --numeric exclude each other');
  const isDated = format.datesRows && named === null && command.isSeries(values, repeating);
  const usual = format.hasAllFields ? Object.keys(table.fields) : visibleFields(table, repeating, resolves);
  const fields = named ?? usual;
  const asked = new Set([
    ...(named ?? []),
    ...sort.map((key) => key.field),
    ...(filter?.fields ?? []),
    ...claims.flatMap(({ expectation }) => [...expectation.fields]),
    ...(wait?.until.fields ?? []),
  ]);
  return {
    table,
    run,
    format,
    resolves,
    header: !values['no-header'],
    fields,
    sort,
    limit: values.limit,
    filter,
    claims,
    wait,
    ticks: {
      interval: values.interval ?? (wait !== null ? WAIT_INTERVAL_MS : repeating ? DEFAULT_INTERVAL_MS : null),
      // the first look is only what later ones are compared with
      count: command.firstTickIsStart(values) && values.count !== null ? values.count + 1 : (values.count ?? null),
      duration: wait === null ? (values.duration ?? null) : (values.timeout ?? null),
    },
    repeating: repeating || wait !== null,
    isDated,
    asked,
    wanted: new Set([...asked, ...fields].flatMap((name) => [name, table.hosts[name] ?? name])),
  };
}

/** Not every command has every option. */
const isGiven = (source: string | null | undefined): source is string => source !== null && source !== undefined;

/** Throws Failure 64. */
const awaitedOf = (source: string, table: RecordTable, now: Now): Awaited => ({
  until: compileExpectation(source, table, now),
  source,
  speaksOf: compileSpokenRows(source, table, now),
});

/** What must hold by --expect, and must not by --fail-on. Throws Failure 64. */
function assertedClaims(
  { emptyIsAnswer }: ListingCommand,
  { expect, 'fail-on': failOn }: ListingValues<Options>,
  table: RecordTable,
  now: Now,
): readonly Claim[] {
  const claims: Claim[] = [];
  if (isGiven(expect)) {
    claims.push({
      expectation: compileExpectation(expect, table, now),
      readsOn: true,
      refuted: `expectation does not hold: ${expect}`,
      untold: `expectation cannot be decided: ${expect}`,
    });
  }
  if (isGiven(failOn)) {
    claims.push({
      expectation: notPassed(compileThreshold(failOn, table, now, emptyIsAnswer)),
      readsOn: true,
      refuted: `--fail-on holds: ${failOn}`,
      untold: `--fail-on cannot be decided: ${failOn}`,
    });
  }
  return claims;
}

/** The format that the options name, or else the usual one of this run. Throws Failure 64. */
function formatOf(command: ListingCommand, values: ListingValues<Options>, isTerminal: boolean): Format {
  const asked = askedFormat(values);
  const usual = asked === null ? command.usualFormat(values) : null;
  if (usual !== null) return usual;
  const name = asked ?? (isTerminal ? 'table' : 'tsv');
  const found = command.formats.find((one) => one.name === name);
  if (found === undefined) throw usageError(`${command.name} has no format ${name}`);
  return found;
}

/** The options that name a format. */
export type FormatValues = Pick<Values<typeof outputOptions>, 'output' | 'json' | 'tsv' | 'csv'>;

/** The format that the options name; null for none. Throws Failure 64 when they name several. */
export function askedFormat(values: FormatValues): FormatName | null {
  const named: FormatName[] = [];
  if (values.output !== null) named.push(values.output);
  if (values.json) named.push('ndjson');
  if (values.tsv) named.push('tsv');
  if (values.csv) named.push('csv');
  const [first] = named;
  if (named.some((format) => format !== first))
    throw usageError(`one output format at a time, not ${named.join(' and ')}`);
  return first ?? null;
}
