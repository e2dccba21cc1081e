import { EXIT, Failure, usageError } from '../core/failure.ts';
import type { Tally } from '../core/filter/expectation.ts';
import type { Limit } from '../core/limit.ts';
import { openLiveTable } from '../core/output/live-table.ts';
import { chooseColorLevel, openPalette } from '../core/output/palette.ts';
import { isReportFormat, openRenderer, type Renderer } from '../core/output/renderer.ts';
import { openTableRenderer } from '../core/output/table-renderer.ts';
import { loadTableLayout } from '../core/output/text-table.ts';
import { formatNumberOf, formatSeconds, numeralsOf, plainNumerals } from '../core/output/units.ts';
import { visibleFields } from '../core/record/select-fields.ts';
import { sortRows } from '../core/record/sort.ts';
import { type AnyRow, type Section, type Snapshot, section } from '../core/record/table.ts';
import { type GapRow, gap } from '../core/record/tables/meta.ts';
import type { Claim, Gap, ListingCommand, ListingValues, Request, Stream } from './command.ts';
import type { Context } from './context.ts';
import type { HostNames } from './host-names.ts';
import { Interrupted } from './interrupted.ts';
import { askedFormat, type ListingPlan, planListing } from './listing-plan.ts';
import type { Options } from './option.ts';
import { type Tick, ticks } from './ticks.ts';

/**
 * Runs a listing command: ticks in, snapshots out of it, each filtered, sorted, cut, checked and printed. Returns the
 * exit status; throws Failure for everything that ends with another.
 */
export async function runListing(
  command: ListingCommand,
  context: Context,
  values: ListingValues<Options>,
  operands: readonly string[],
): Promise<number> {
  const plan = planListing(command, values, context.terminal.stdoutIsTerminal);
  const { stream } = command;
  const isInterrupted = (): boolean => context.signal.aborted && (stream === null || stream.interruptIsStatus === true);
  const interrupted = (): number => 128 + (context.signalNumber() ?? 2);
  if (stream?.file?.wanted(values) === true) {
    const status = await unlessBeforeAll(stream.file.write(context, values, operands));
    return status === EXIT.ok && isInterrupted() ? interrupted() : status;
  }
  const renderer = await rendererFor(context, plan, values, stream);
  const pace = watchTicks(ticks(context.clock, plan.ticks, context.signal));
  const request: Request = {
    ticks: pace.ticks,
    asked: plan.asked,
    wanted: plan.wanted,
    repeating: plan.repeating,
    limited: sayOnce(context, values.quiet),
    missed: (one) => reportGap(context, renderer, one, values.quiet),
  };
  const verdict = openVerdict();
  const started = context.clock.monotonic();
  const seen: Seen = { rows: 0, kept: 0, snapshots: 0 };
  let waited = plan.wait === null;
  const whole = stream === null ? null : beginPart(plan, true);
  const hosts = values.resolve === true ? await openHosts() : null;
  const snapshots = command.run(context, values, operands, request);
  try {
    for await (const snapshot of stream !== null && plan.sort.length > 0 ? gathered(snapshots, plan) : snapshots) {
      seen.snapshots++;
      const missed = pace.missed();
      if (missed > 0) await request.missed({ ...SLOW, dropped: missed });
      const named = hosts === null ? snapshot : await hosts.fill(snapshot, whole === null);
      const tallies = whole ?? beginPart(plan, false);
      const shaped = named.map((one) => (one.table === plan.table ? shape(one, plan, tallies, seen) : one));
      if (tallies.wait !== null) {
        // until it holds nothing is printed, so the rows are gathered to be tallied first
        const gathered = shaped.map((one) => ({ ...one, rows: [...one.rows] }));
        if (tallies.wait.holds() !== true) continue;
        waited = true;
        await print(renderer, gathered, plan);
      } else await print(renderer, shaped, plan);
      if (tallies.expect !== null && whole === null) verdict.add(tallies.expect);
      if (waited && plan.wait !== null) break;
      if (whole !== null && !whole.readsOn && whole.left <= 0) break;
    }
    if (whole !== null && whole.expect !== null) verdict.add(whole.expect);
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      // an error before the first record leaves stdout empty, not holding an empty document
      if (seen.snapshots > 0) await renderer.end();
      throw error;
    }
  } finally {
    hosts?.close();
  }
  await renderer.end();
  if (values.verbose)
    context.say(
      `${seen.kept} of ${formatNumberOf(seen.rows, `${plan.table.type} record`)}, ${formatNumberOf(seen.snapshots, 'snapshot')}, ${formatSeconds((context.clock.monotonic() - started) / 1000)}`,
    );
  if (renderer.status !== undefined) return renderer.status();
  if (isInterrupted()) return interrupted();
  if (!waited && plan.wait !== null) throw timedOut(plan.wait.source, plan.ticks.duration);
  if (seen.kept === 0 && !values.quiet) context.say(reasonForNothing(plan, seen.rows, values.filter !== null));
  const complaint = plan.expect === null ? null : verdict.complaint(plan.expect);
  if (complaint !== null && !values.quiet) context.say(complaint);
  return verdict.status();
}

/** The status; 0 of what was interrupted before it began. */
async function unlessBeforeAll(writing: Promise<number>): Promise<number> {
  try {
    return await writing;
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.ok;
    throw error;
  }
}

/** Loaded here: few runs look names up. */
async function openHosts(): Promise<HostNames> {
  return (await import('./host-names.ts')).openHostNames();
}

/** What one look at the machine brought, and what of it was printed. */
interface Seen {
  rows: number;
  kept: number;
  snapshots: number;
}

/** What is counted over a snapshot, or over all batches of a stream. */
interface Part {
  readonly expect: Tally | null;
  readonly wait: Tally | null;
  /** Rows that may still be printed. */
  left: number;
  /** Whether the others must be read all the same. */
  readonly readsOn: boolean;
}

function beginPart({ expect, wait, limit }: ListingPlan, isStream: boolean): Part {
  return {
    expect: expect?.expectation.start() ?? null,
    wait: wait?.until.start() ?? null,
    left: limit ?? Number.POSITIVE_INFINITY,
    readsOn: !isStream || expect?.readsOn === true,
  };
}

/** Every row of a stream at once, because it is to be sorted. */
async function* gathered(snapshots: AsyncIterable<Snapshot>, plan: ListingPlan): AsyncGenerator<Snapshot> {
  const rows: AnyRow[] = [];
  for await (const snapshot of snapshots) {
    for (const one of snapshot) if (one.table === plan.table) for (const row of one.rows) rows.push(row);
  }
  yield [{ table: plan.table, rows }];
}

/** Rows as the options want them, made as they are read unless they are to be sorted. */
function shape(of: Section, plan: ListingPlan, part: Part, seen: Seen): Section {
  const kept = keep(of.rows, plan, part, seen);
  const ordered = plan.sort.length === 0 ? kept : sortRows(of.table, kept, plan.sort);
  return { ...of, rows: plan.limit === null ? ordered : take(ordered, part) };
}

function* keep(rows: Iterable<AnyRow>, plan: ListingPlan, tallies: Part, seen: Seen): Iterable<AnyRow> {
  for (const row of rows) {
    seen.rows++;
    if (plan.filter !== null && !plan.filter.matches(row)) continue;
    seen.kept++;
    tallies.expect?.add(row);
    tallies.wait?.add(row);
    yield row;
  }
}

/** The first rows; the others are still read where an expectation is about all of them. */
function* take(rows: Iterable<AnyRow>, part: Part): Iterable<AnyRow> {
  if (part.left <= 0 && !part.readsOn) return;
  for (const row of rows) {
    if (part.left-- > 0) yield row;
    if (part.left <= 0 && !part.readsOn) return;
  }
}

async function print(renderer: Renderer, snapshot: Snapshot, plan: ListingPlan): Promise<void> {
  for (const { table, rows, headline } of snapshot) {
    const fields = table === plan.table ? plan.fields : fieldsOfOther(renderer, table, plan);
    await renderer.write({ table, fields, rows, headline });
  }
  await renderer.endSnapshot();
}

function fieldsOfOther(renderer: Renderer, table: Section['table'], plan: ListingPlan): readonly string[] {
  return renderer.mixesTypes ? Object.keys(table.fields) : visibleFields(table, plan.repeating);
}

async function rendererFor(
  context: Context,
  plan: ListingPlan,
  values: ListingValues<Options>,
  stream: Stream | null,
): Promise<Renderer> {
  const { terminal, stdout, clock } = context;
  const other = await stream?.openOther?.(context, values, askedFormat(values));
  if (other !== null && other !== undefined) return other;
  if (isReportFormat(plan.format)) throw usageError(`-o ${plan.format} is not for this`);
  if (plan.format !== 'table') return openRenderer(stdout, plan.format, plan.header);
  const options = {
    header: plan.header,
    numerals: values.lang === null ? plainNumerals : numeralsOf(values.lang),
    palette: await openPalette(chooseColorLevel(values.color ?? 'auto', context.env, terminal.stdoutIsTerminal)),
    terminalColumns: () => (terminal.stdoutIsTerminal ? terminal.columns() : null),
    onHidden: (headings: readonly string[]) => {
      if (!values.quiet) context.say(`no room for ${headings.join(', ')}: choose with --fields, or widen the terminal`);
    },
  };
  // loaded while it can be: the command may give up what reading the files of this program takes
  if (context.isPrivileged()) await loadTableLayout();
  if (stream !== null) return stream.openRenderer(context, values, options);
  if (!plan.repeating || plan.wait !== null || !terminal.stdoutIsTerminal) {
    return openTableRenderer(stdout, options);
  }
  return openLiveTable(stdout, {
    ...options,
    terminal,
    timeOfDay: () => new Date(clock.now()).toTimeString().slice(0, 8),
  });
}

/** Passes ticks on and remembers how many were missed before the last one. */
function watchTicks(source: AsyncIterable<Tick>): { readonly ticks: AsyncIterable<Tick>; missed(): number } {
  let missed = 0;
  async function* watched(): AsyncGenerator<Tick> {
    for await (const tick of source) {
      missed = tick.missed;
      yield tick;
    }
  }
  return { ticks: watched(), missed: () => missed };
}

const SLOW = {
  what: 'snapshot',
  iface: null,
  reason: 'the reader, or this machine, was slower than the interval',
} as const;

async function reportGap(context: Context, renderer: Renderer, missing: Gap, quiet: boolean): Promise<void> {
  const { what, iface, dropped, reason } = missing;
  if (!renderer.mixesTypes) {
    if (dropped !== null && !quiet && !renderer.ownsTerminal)
      context.say(`${formatNumberOf(dropped, what)} dropped: ${reason}`);
    return;
  }
  const row: GapRow = { time: new Date(context.clock.now()).toISOString(), dropped, reason, iface };
  await renderer.write({ ...section(gap, [row]), fields: Object.keys(gap.fields) });
}

/** Says each limit once, however often it is met. */
function sayOnce(context: Context, quiet: boolean): (limits: readonly Limit[]) => void {
  const said = new Set<string>();
  return (limits) => {
    for (const { what, why, remedy } of limits) {
      if (quiet || said.has(why)) continue;
      said.add(why);
      context.say(`${what}: ${why}${remedy === null ? '' : `; ${remedy}`}`);
    }
  };
}

/** The answer to --expect over all snapshots: one that fails decides, then one that cannot be told. */
interface Verdict {
  add(tally: Tally): void;
  status(): number;
  /** What was found instead, where it does not hold. */
  complaint(claim: Claim): string | null;
}

function openVerdict(): Verdict {
  let failed: string | null = null;
  let unknown: string | null = null;
  return {
    add(tally) {
      const holds = tally.holds();
      if (holds === false) failed ??= tally.explain();
      else if (holds === null) unknown ??= tally.explain();
    },
    status: () => (failed !== null ? EXIT.no : unknown !== null ? EXIT.unknown : EXIT.ok),
    complaint({ refuted, untold }) {
      if (failed !== null) return `${refuted}: ${failed}`;
      return unknown === null ? null : `${untold}: ${unknown}`;
    },
  };
}

function timedOut(source: string, millis: number | null): Failure {
  return new Failure(EXIT.timeout, `timed out after ${formatSeconds((millis ?? 0) / 1000)} waiting for ${source}`);
}

function reasonForNothing(plan: ListingPlan, rows: number, isFiltered: boolean): string {
  if (rows > 0) return `none of ${formatNumberOf(rows, `${plan.table.type} record`)} passes the filter`;
  if (plan.filter === null && isFiltered) return `no ${plan.table.type} passes the filter`;
  return plan.table.type === 'conn_event' ? 'no connection opened, changed or closed' : `no ${plan.table.type} records`;
}
