import { EXIT, Failure } from '../../core/failure.ts';
import type { LineForm } from '../../core/output/json-line.ts';
import type { Renderer } from '../../core/output/renderer.ts';
import { formatNumberOf, formatSeconds } from '../../core/output/units.ts';
import { datedFields, datedRows, datedTable } from '../../core/record/dated-rows.ts';
import { GatheredRows } from '../../core/record/gathered-rows.ts';
import { visibleFields } from '../../core/record/select-fields.ts';
import type { AnyRow, RecordTable, Section, Snapshot } from '../../core/record/table.ts';
import type { RowRedactor } from '../../core/redact/redact-rows.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Context } from '../context/context.ts';
import { Interrupted } from '../context/interrupted.ts';
import { sayLimitsOnce } from '../context/say-limits.ts';
import type { Options, Values } from '../options/option.ts';
import type { ListingValues, placeOptions } from '../options/shared-options.ts';
import type { ListingCommand, Request } from './command.ts';
import type { HostNames } from './host-names.ts';
import type { ListingPlan } from './listing-plan.ts';
import { openOutput } from './open-output.ts';
import type { RedactValues } from './open-redaction.ts';
import type { PlaceFields } from './place-fields.ts';
import { reasonForNothing } from './reason-for-nothing.ts';
import { leftOut, NOT_TOLD, reportGap, tooSlow, watchTicks } from './report-gap.ts';
import { type Answer, beginAnswer, gatherParts, inOrder, keep, type Seen, take } from './shape-rows.ts';
import { ticks } from './ticks.ts';
import { openVerdict } from './verdict.ts';

/**
 * Takes snapshots from the command, one per tick; filters, sorts, limits, checks and prints each. Returns the exit
 * status, or `interruptStatus` if there is one.
 */
export async function printRecords(
  command: ListingCommand,
  context: Context,
  values: ListingValues<Options>,
  operands: readonly string[],
  plan: ListingPlan,
  interruptStatus: () => number | null,
): Promise<number> {
  const redactor = command.redactsItself ? null : await openRedactor(context, values as RedactValues);
  const placed = await openPlaces(context, plan, command, values);
  const renderer = await openOutput(context, plan, values);
  const over = new AbortController();
  const pace = watchTicks(ticks(context.clock, plan.ticks, AbortSignal.any([context.signal, over.signal])));
  const request: Request = {
    ticks: pace.ticks,
    endTicks: () => over.abort(),
    asked: plan.asked,
    wanted: plan.wanted,
    lineOf: (table) => (redactor === null ? lineOf(plan, table, placed) : null),
    repeating: plan.repeating,
    sayLimits: sayLimitsOnce(context),
    reportGap: (one) =>
      reportGap(context, renderer, redactor === null ? one : { ...one, iface: null, reason: NOT_TOLD }),
    showNow: () => renderer.endSnapshot(),
  };
  const verdict = openVerdict(plan.claims);
  const started = context.clock.monotonic();
  const seen: Seen = { rows: 0, kept: 0, snapshots: 0 };
  let waited = plan.wait === null;
  const inParts = plan.run.kind === 'parts';
  const whole = plan.run.kind === 'snapshots' ? null : beginAnswer(plan, !inParts);
  const hosts = plan.resolves ? await openHosts(context.clock) : null;
  const left = (rows: number): Promise<void> => request.reportGap(leftOut(plan.table.type, rows));
  const found = withPlaces(command.run(context, values, operands, request), placed, plan);
  const named = withNames(found, hosts, plan.run.kind !== 'batches');
  const sorts = whole !== null && plan.sort.length > 0;
  // where those that are printed are judged, and not all, they are chosen when they are in order
  const keepsFirst = sorts && whole.readsOn ? (rows: Iterable<AnyRow>) => keep(rows, plan, whole, seen) : null;
  try {
    for await (const snapshot of sorts ? gatherParts(named, plan, keepsFirst, inParts, left) : named) {
      if (!inParts || seen.snapshots === 0) seen.snapshots++;
      const missed = pace.missed();
      if (missed > 0) await request.reportGap(tooSlow(missed));
      const answer = whole ?? beginAnswer(plan, false);
      const sorted =
        sorts || plan.sort.length === 0
          ? null
          : new GatheredRows(plan.table, plan.sort, plan.limit ?? Number.POSITIVE_INFINITY);
      const shape = (one: Section, rows: Iterable<AnyRow>): Section => {
        const ordered = sorted === null ? rows : inOrder(rows, sorted);
        return { ...one, rows: plan.limit === null ? ordered : take(ordered, answer) };
      };
      const kept = (one: Section): Iterable<AnyRow> =>
        keepsFirst !== null ? one.rows : keep(one.rows, plan, answer, seen);
      if (plan.wait !== null && answer.wait !== null) {
        // until it holds nothing is printed, so the rows are gathered to be tallied first
        const gathered = snapshot.map((one) => ({ one, rows: [...(one.table === plan.table ? kept(one) : one.rows)] }));
        if (answer.wait.holds() !== true) continue;
        waited = true;
        const spoken = gathered.map(({ one, rows }) =>
          one.table === plan.table ? shape(one, spokenOf(rows, plan)) : { ...one, rows },
        );
        await print(renderer, redactor?.snapshot(spoken) ?? spoken, plan, context.clock);
      } else {
        const shaped = snapshot.map((one) => (one.table === plan.table ? shape(one, kept(one)) : one));
        await print(renderer, redactor?.snapshot(shaped) ?? shaped, plan, context.clock);
      }
      if (!inParts) await renderer.endSnapshot();
      if (sorted !== null && sorted.left > 0) await left(sorted.left);
      if (whole === null) verdict.add(answer.claims);
      if (waited && plan.wait !== null) break;
      if (isOver(whole)) break;
    }
    if (seen.snapshots === 0) await renderer.head?.(plan.table, plan.fields);
    if (inParts) await renderer.endSnapshot();
    if (whole !== null) verdict.add(whole.claims);
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      // an error before the first record leaves stdout empty, not holding an empty document
      if (seen.snapshots > 0) await renderer.end();
      throw error;
    }
  } finally {
    hosts?.close();
    placed?.close();
  }
  await renderer.end();
  if (context.isVerbose) context.warn(countsOf(seen, plan.table, context.clock.monotonic() - started));
  if (plan.format.hasStatus && renderer.status !== undefined) return renderer.status();
  const interrupted = interruptStatus();
  if (interrupted !== null) return interrupted;
  if (!waited && plan.wait !== null) throw timedOut(plan.wait.source, plan.ticks.duration);
  if (seen.kept === 0)
    context.say(reasonForNothing(plan.table, seen.rows, plan.filter === null && values.filter !== null));
  for (const complaint of verdict.complaints()) context.say(complaint);
  return verdict.status();
}

/** The lines of NDJSON of a table, where rows are printed as they come and nothing else reads them; null otherwise. */
function lineOf(plan: ListingPlan, table: RecordTable, placed: PlaceFields | null): LineForm | null {
  const { format, filter, claims, wait, sort, resolves, isDated } = plan;
  if (format.name !== 'ndjson' || resolves || isDated) return null;
  const placeOf = placed?.placeOf ?? null;
  if (table !== plan.table) return { fields: Object.keys(table.fields), placeOf };
  const areRead = filter !== null || claims.length > 0 || wait !== null || sort.length > 0 || table.judges !== null;
  return areRead ? null : { fields: plan.fields, placeOf };
}

/** The rows that --wait speaks of; all of them where it speaks of none, and where a format is about all. */
function spokenOf(rows: readonly AnyRow[], { wait, format }: ListingPlan): readonly AnyRow[] {
  if (wait === null || !format.choosesFields) return rows;
  const spoken = rows.filter(wait.speaksOf);
  return spoken.length === 0 ? rows : spoken;
}

/** Whether all rows that may be printed have been printed, and no others need to be read. */
const isOver = (whole: Answer | null): boolean => whole !== null && !whole.readsOn && whole.left <= 0;

/** Loaded here, because few runs redact. Throws as openRedaction does. */
async function openRedactor(context: Context, values: RedactValues): Promise<RowRedactor | null> {
  if (!values.redact && !values['redact-key']) return null;
  return (await import('./open-row-redactor.ts')).openRowRedactor(context, values);
}

/** Loaded here, because few runs look up names. */
async function openHosts(clock: Clock): Promise<HostNames> {
  return (await import('./host-names.ts')).openHostNames(clock);
}

/**
 * The databases of addresses, where fields are read that they fill. They are opened before the command runs, which may give up
 * its privileges.
 */
async function openPlaces(
  { say }: Context,
  plan: ListingPlan,
  { tables }: ListingCommand,
  values: ListingValues<Options>,
): Promise<PlaceFields | null> {
  const geoip = (values as Partial<Values<typeof placeOptions>>).geoip ?? null;
  const isWanted = tables.some((table) => Object.keys(table.places).some((name) => wantsPlace(plan, table, name)));
  if (!isWanted && geoip === null) return null;
  return (await import('./place-fields.ts')).openPlaceFields(geoip, say);
}

/** Whether a field is printed or asked for; those of other tables are printed where all fields are. */
const wantsPlace = ({ table, wanted, format }: ListingPlan, of: RecordTable, name: string): boolean =>
  of === table ? wanted.has(name) : format.hasAllFields;

/** The same snapshots, with what databases say of addresses. */
async function* withPlaces(
  snapshots: AsyncIterable<Snapshot>,
  placed: PlaceFields | null,
  plan: ListingPlan,
): AsyncGenerator<Snapshot> {
  for await (const snapshot of snapshots)
    yield placed === null ? snapshot : placed.fill(snapshot, (table, name) => wantsPlace(plan, table, name));
}

/** The same snapshots, with host names if those were requested. */
async function* withNames(
  snapshots: AsyncIterable<Snapshot>,
  hosts: HostNames | null,
  isWhole: boolean,
): AsyncGenerator<Snapshot> {
  for await (const snapshot of snapshots) yield hosts === null ? snapshot : await hosts.fill(snapshot, isWhole);
}

async function print(renderer: Renderer, snapshot: Snapshot, plan: ListingPlan, clock: Clock): Promise<void> {
  const taken = plan.isDated ? new Date(clock.now()).toISOString() : null;
  for (const { table, rows, writeLine, headline } of snapshot) {
    const fields = table === plan.table ? plan.fields : fieldsOfOther(renderer, table, plan);
    await renderer.write(
      taken === null
        ? { table, fields, rows, writeLine, headline }
        : { table: datedTable(table), fields: datedFields(fields), rows: datedRows(table, rows, taken), headline },
    );
  }
}

function fieldsOfOther(renderer: Renderer, table: RecordTable, plan: ListingPlan): readonly string[] {
  return renderer.mixesTypes ? Object.keys(table.fields) : visibleFields(table, plan.repeating);
}

function countsOf({ kept, rows, snapshots }: Seen, { type }: RecordTable, tookMs: number): string {
  return `${kept} of ${formatNumberOf(rows, `${type} record`)}, ${formatNumberOf(snapshots, 'snapshot')}, ${formatSeconds(tookMs / 1000)}`;
}

function timedOut(source: string, millis: number | null): Failure {
  return new Failure(EXIT.timeout, `timed out after ${formatSeconds((millis ?? 0) / 1000)} waiting for ${source}`);
}
