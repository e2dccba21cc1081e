import type { Expectation } from '../../core/filter/expectation.ts';
import type { Gap } from '../../core/gap.ts';
import type { Limit } from '../../core/limit.ts';
import type { Format, Renderer, ReportFormat } from '../../core/output/renderer.ts';
import type { TableRendererOptions } from '../../core/output/table-renderer.ts';
import type { RecordTable, Snapshot } from '../../core/record/table.ts';
import type { Context } from '../context/context.ts';
import type { Options, Values } from '../options/option.ts';
import type { listingOptions } from '../options/shared-options.ts';
import type { Tick } from './ticks.ts';

/** What help, man page and completion say of a command. */
interface Description<O extends Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly about: string;
  /** Paragraphs for the man page. */
  readonly details: readonly string[];
  /** Names of positional arguments, as help shows them; empty where there are none. */
  readonly operands: string;
  /** The values an operand may have, for completion. */
  readonly operandChoices: readonly string[];
  readonly options: O;
  readonly examples: readonly Example[];
}

export interface Example {
  readonly line: string;
  readonly about: string;
}

/** What the listing loop asks of a command for one run. */
export interface Request {
  /** When to look: the command yields one snapshot for each tick. */
  readonly ticks: AsyncIterable<Tick>;
  /** Fields somebody named: in --fields, --sort, --filter, --expect or --wait. */
  readonly asked: ReadonlySet<string>;
  /** Fields that will be read at all, so that what costs and is not shown need not be read. */
  readonly wanted: ReadonlySet<string>;
  /** Whether there may be more than one snapshot. */
  readonly repeating: boolean;
  /** Says what cannot be seen; each limit is said once. */
  readonly limited: (limits: readonly Limit[]) => void;
  /** Says that something is missing before the next snapshot: in its place where records of another type may stand, else on stderr. */
  readonly missed: (gap: Gap) => Promise<void>;
}

/**
 * A command whose snapshots are batches of one long answer: --limit, --sort and --expect are about all of them, it
 * applies --filter itself, and an interrupt is its normal end.
 */
export interface Stream<O extends Options = Options> {
  /** The format of this run when none is asked for; null for the usual one. Text of its own making is a table too. */
  readonly format: (values: ListingValues<O>) => Format | null;
  /** Prints rows for people as they come: the format `table`. */
  readonly openRenderer: (
    context: Context,
    values: ListingValues<O>,
    options: TableRendererOptions,
  ) => Renderer | Promise<Renderer>;
  /** Prints a run that no shared format is meant for; null where one is. `format` is the one asked for. */
  readonly openOther?: (
    context: Context,
    values: ListingValues<O>,
    format: Format | ReportFormat | null,
  ) => Promise<Renderer | null>;
  /** Whether an interrupt ends it with 128 and the signal's number, as it does what is no stream. */
  readonly interruptIsStatus?: boolean;
  /** What the command does instead of printing records: it writes a file, or a text; its exit status. */
  readonly file?: {
    readonly wanted: (values: ListingValues<O>) => boolean;
    readonly write: (context: Context, values: ListingValues<O>, operands: readonly string[]) => Promise<number>;
  };
}

/** The values of a command's own options and of those every listing shares. */
export type ListingValues<O extends Options> = Values<O> & Values<typeof listingOptions>;

/** What is claimed of the records. */
export interface Claim {
  readonly expectation: Expectation;
  /** Whether records are read for it past --limit; without, those that are printed are judged. */
  readonly readsOn: boolean;
  /** What is said of it when it does not hold, and when it cannot be told. */
  readonly refuted: string;
  readonly untold: string;
}

/** A command that prints records: all of it is data, but for one generator. */
export interface ListingCommand<O extends Options = Options> extends Description<O> {
  readonly kind: 'listing';
  /** Whether --interval, --expect and the like make sense. */
  readonly repeats: boolean;
  /** Whether the snapshots of this run are parts of one answer: --sort, --limit and --expect are about all of them. */
  readonly isOneAnswer?: (values: ListingValues<O>) => boolean;
  /** The first tick only begins what the later ones tell of: --count counts those. */
  readonly firstTickIsStart?: boolean;
  /** Record types it can print. */
  readonly tables: readonly RecordTable[];
  /** Formats that it has beside the shared ones. */
  readonly formats?: readonly ReportFormat[];
  /** What is expected of the records when --expect does not say; null for nothing. Throws Failure 64. */
  readonly claim?: (values: ListingValues<O>) => Claim | null;
  /** The record type this run prints, and so the one --fields, --sort and --filter speak of. */
  readonly tableOf: (values: ListingValues<O>) => RecordTable;
  /** What is different for a command whose rows come as a stream; null for snapshots. */
  readonly stream: Stream<O> | null;
  /** Yields one snapshot for each tick. */
  readonly run: (
    context: Context,
    values: ListingValues<O>,
    operands: readonly string[],
    request: Request,
  ) => AsyncGenerator<Snapshot>;
}

/** A command that prints one text. */
export interface TextCommand<O extends Options = Options> extends Description<O> {
  readonly kind: 'text';
  /** `commands` are all there are. */
  readonly print: (
    context: Context,
    values: Values<O>,
    operands: readonly string[],
    commands: readonly Command[],
  ) => Promise<string>;
}

export type Command = ListingCommand | TextCommand;

/** Declares a listing command; the types of its options are inferred. */
export function listing<const O extends Options>(of: Omit<ListingCommand<O>, 'kind' | 'stream'>): Command {
  return { kind: 'listing', stream: null, ...of } as unknown as Command;
}

/** Declares a listing command whose rows come as a stream. */
export function streaming<const O extends Options>(
  of: Omit<ListingCommand<O>, 'kind' | 'stream' | 'repeats'> & { readonly stream: Stream<O> },
): Command {
  return { kind: 'listing', repeats: false, ...of } as unknown as Command;
}

/** Declares a text command. */
export function textCommand<const O extends Options>(of: Omit<TextCommand<O>, 'kind'>): Command {
  return { kind: 'text', ...of } as unknown as Command;
}
