import { EXIT, Failure, usageError } from '../../core/failure.ts';
import type { Tally } from '../../core/filter/expectation.ts';
import type { Gap } from '../../core/gap.ts';
import type { Limit } from '../../core/limit.ts';
import { openLiveTable } from '../../core/output/live-table.ts';
import { chooseColorLevel, openPalette } from '../../core/output/palette.ts';
import { isReportFormat, openRenderer, type Renderer } from '../../core/output/renderer.ts';
import { openTableRenderer } from '../../core/output/table-renderer.ts';
import { loadTableLayout } from '../../core/output/text-table.ts';
import { formatNumberOf, formatSeconds, numeralsOf, plainNumerals } from '../../core/output/units.ts';
import { GatheredRows } from '../../core/record/gathered-rows.ts';
import { visibleFields } from '../../core/record/select-fields.ts';
import { type AnyRow, type RecordTable, type Section, type Snapshot, section } from '../../core/record/table.ts';
import { type GapRow, gap } from '../../core/record/tables/meta.ts';
import type { Context } from '../context/context.ts';
import { Interrupted } from '../context/interrupted.ts';
import type { Options } from '../options/option.ts';
import type { Claim, ListingCommand, ListingValues, Request, Stream } from './command.ts';
import type { HostNames } from './host-names.ts';
import { askedFormat, type ListingPlan, planListing } from './listing-plan.ts';
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
  const inParts = command.isOneAnswer?.(values) === true;
  const whole = stream !== null || inParts ? beginPart(plan, !inParts) : null;
  const hosts = values.resolve === true ? await openHosts(context) : null;
  const left = (rows: number): Promise<void> =>
    request.missed({ ...NO_ROOM, what: `${plan.table.type} record`, dropped: rows });
  const named = filled(command.run(context, values, operands, request), hosts, stream === null);
  const sorts = whole !== null && plan.sort.length > 0;
  // where those that are printed are judged, and not all, they are chosen when they are in order
  const keepsFirst = sorts && whole.readsOn ? (rows: Iterable<AnyRow>) => keep(rows, plan, whole, seen) : null;
  try {
    for await (const snapshot of sorts ? gathered(named, plan, keepsFirst, inParts, left) : named) {
      if (!inParts || seen.snapshots === 0) seen.snapshots++;
      const missed = pace.missed();
      if (missed > 0) await request.missed({ ...SLOW, dropped: missed });
      const tallies = whole ?? beginPart(plan, false);
      const sorted =
        sorts || plan.sort.length === 0
          ? null
          : new GatheredRows(plan.table, plan.sort, plan.limit ?? Number.POSITIVE_INFINITY);
      const shaped = snapshot.map((one) => {
        if (one.table !== plan.table) return one;
        const kept = keepsFirst !== null ? one.rows : keep(one.rows, plan, tallies, seen);
        const ordered = sorted === null ? kept : inOrder(kept, sorted);
        return { ...one, rows: plan.limit === null ? ordered : take(ordered, tallies) };
      });
      if (tallies.wait !== null) {
        // until it holds nothing is printed, so the rows are gathered to be tallied first
        const gathered = shaped.map((one) => ({ ...one, rows: [...one.rows] }));
        if (tallies.wait.holds() !== true) continue;
        waited = true;
        await print(renderer, gathered, plan);
      } else await print(renderer, shaped, plan);
      if (!inParts) await renderer.endSnapshot();
      if (sorted !== null && sorted.left > 0) await left(sorted.left);
      if (tallies.expect !== null && whole === null) verdict.add(tallies.expect);
      if (waited && plan.wait !== null) break;
      if (whole !== null && !whole.readsOn && whole.left <= 0) break;
    }
    if (inParts) await renderer.endSnapshot();
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
async function openHosts({ clock }: Context): Promise<HostNames> {
  return (await import('./host-names.ts')).openHostNames(clock);
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

/** The same snapshots, with the names of hosts where those are asked for. */
async function* filled(
  snapshots: AsyncIterable<Snapshot>,
  hosts: HostNames | null,
  isWhole: boolean,
): AsyncGenerator<Snapshot> {
  for await (const snapshot of snapshots) yield hosts === null ? snapshot : await hosts.fill(snapshot, isWhole);
}

/**
 * The rows of an answer in parts, sorted, those that `kept` leaves of them; after them rows of other types where `hasOthers`.
 * `left` is told of those there was no room for.
 */
async function* gathered(
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

function* inOrder(rows: Iterable<AnyRow>, gathered: GatheredRows): Iterable<AnyRow> {
  for (const row of rows) gathered.add(row);
  yield* gathered.sorted();
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
    onLeft: ({ type }: RecordTable, rows: number) =>
      context.say(
        `${formatNumberOf(rows, `${type} record`)} left out of the table: more than memory should hold; -o ndjson prints all`,
      ),
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

const NO_ROOM = {
  iface: null,
  fate: 'left out',
  reason: 'more were to be sorted than memory should hold; --limit or --filter leaves fewer',
} as const;

const SLOW = {
  what: 'snapshot',
  iface: null,
  reason: 'the reader, or this machine, was slower than the interval',
} as const;

async function reportGap(context: Context, renderer: Renderer, missing: Gap, quiet: boolean): Promise<void> {
  const { what, iface, dropped, reason, fate } = missing;
  if ((fate !== undefined || !renderer.mixesTypes) && dropped !== null && !quiet && !renderer.ownsTerminal)
    context.say(`${formatNumberOf(dropped, what)} ${fate ?? 'dropped'}: ${reason}`);
  if (!renderer.mixesTypes) return;
  const told = fate === undefined ? reason : `${what}s ${fate}: ${reason}`;
  const row: GapRow = { time: new Date(context.clock.now()).toISOString(), dropped, reason: told, iface };
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
