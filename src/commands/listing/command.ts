import type { Expectation } from '../../core/filter/expectation.ts';
import type { Gap } from '../../core/gap.ts';
import type { Limit } from '../../core/limit.ts';
import type { LineForm } from '../../core/output/json-line.ts';
import type { RecordTable, Snapshot } from '../../core/record/table.ts';
import type { Context } from '../context/context.ts';
import type { Options, Values } from '../options/option.ts';
import { ABOUT_SOCKETS, type globalOptions, type ListingValues, type Statements } from '../options/shared-options.ts';
import type { Format } from './format.ts';
import { type Run, SNAPSHOTS } from './run.ts';
import { USUAL_FORMATS } from './shared-formats.ts';
import type { Tick } from './ticks.ts';

export type { ListingValues } from '../options/shared-options.ts';

/** What help, man page and completion say about a command. */
interface Description<O extends Options> {
  /** One word, or two where the first is that of a group. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly about: string;
  /** Paragraphs for the man page. */
  readonly details: readonly string[];
  /** Names of positional arguments, as help shows them; empty if there are none. */
  readonly operands: string;
  /** The values an operand may have, for completion; of a group, the second words of its commands. */
  readonly operandChoices: readonly string[];
  readonly options: O;
  readonly examples: readonly Example[];
}

export interface Example {
  readonly line: string;
  readonly about: string;
}

/** What the listing loop gives a command for one run. */
export interface Request {
  /** When to look: the command yields one snapshot for each tick. */
  readonly ticks: AsyncIterable<Tick>;
  /** Ends the ticks at once: the input has come to its end. */
  readonly endTicks: () => void;
  /** Fields somebody named: in --fields, --sort, --filter, --expect, --fail-on or --wait. */
  readonly asked: ReadonlySet<string>;
  /** All fields that will be read; costly fields that are not shown need not be filled in. */
  readonly wanted: ReadonlySet<string>;
  /**
   * What the lines of NDJSON hold that rows of a table become, where nothing else reads the rows: a section may write its
   * lines itself then (`writeLine`). Null or absent otherwise.
   */
  readonly lineOf?: (table: RecordTable) => LineForm | null;
  /** Whether there may be more than one snapshot. */
  readonly repeating: boolean;
  /** Says what cannot be seen; each limit is said once. */
  readonly sayLimits: (limits: readonly Limit[]) => void;
  /**
   * Reports that something is missing before the next snapshot: as a record in its place where records of another type
   * may stand, otherwise on stderr.
   */
  readonly reportGap: (gap: Gap) => Promise<void>;
  /**
   * Shows what was yielded so far, where its order does not depend on what comes: for before a long wait within one snapshot.
   * A table ends there, and what comes is another one.
   */
  readonly showNow: () => Promise<void>;
}

/** A statement about the records. */
export interface Claim {
  readonly expectation: Expectation;
  /** Whether records after --limit are read to judge it; otherwise only printed records count. */
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
  /** Examples for --expect and --wait. */
  readonly statements: Statements;
  /** Whether a run looks again and again though no option of repeating asks for it. */
  readonly watches: (values: ListingValues<O>) => boolean;
  /** Whether the first tick only begins what the later ones tell of: --count counts those. */
  readonly firstTickIsStart: (values: ListingValues<O>) => boolean;
  /** Whether rows of several moments are printed, by the options and by whether the run repeats. */
  readonly isSeries: (values: ListingValues<O>, repeating: boolean) => boolean;
  /** Whether names of addresses are looked up. */
  readonly resolves: (values: ListingValues<O>) => boolean;
  /**
   * Why --root cannot be used with these options; null where they read the machine that it names. A command that never reads
   * a machine has null in place of the function, and does not take the option.
   */
  readonly refusesRoot: ((values: ListingValues<O>) => string | null) | null;
  /** Record types it can print. */
  readonly tables: readonly RecordTable[];
  /** The formats in which it can print them. */
  readonly formats: readonly Format<NoInfer<O>>[];
  /** The format of this run when none is named; null for a table on a terminal, and TSV elsewhere. */
  readonly usualFormat: (values: ListingValues<O>) => Format<NoInfer<O>> | null;
  /** What must hold for the records when neither --expect nor --fail-on is given; null for nothing. Throws Failure 64. */
  readonly claim: (values: ListingValues<O>) => Claim | null;
  /** Whether its records are redacted already when --redact is given; otherwise they are when they are printed. */
  readonly redactsItself: boolean;
  /** Options whose output is not what is redacted, each with the reason: --redact is refused beside them. */
  readonly unredacted: Readonly<Record<string, string>>;
  /** Whether no record at all is an answer: there is none. Otherwise nothing was asked, and --fail-on is unknown. */
  readonly emptyIsAnswer: boolean;
  /** The record type that this run prints, to which --fields, --sort and --filter apply. */
  readonly tableOf: (values: ListingValues<O>) => RecordTable;
  /** What kind of run these options ask for. */
  readonly runOf: (values: ListingValues<O>) => Run<NoInfer<O>>;
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
  /** Whether the configuration file gives defaults of its options; a broken one then ends it. */
  readonly readsSettings: boolean;
  /** `commands` are all commands. */
  readonly print: (
    context: Context,
    values: Values<O>,
    operands: readonly string[],
    commands: readonly Command[],
  ) => Promise<string>;
}

/** A command that takes the whole terminal until it is left. */
export interface ScreenCommand<O extends Options = Options> extends Description<O> {
  readonly kind: 'screen';
  /** Resolves to the exit status. Rejects with a Failure 64 where there is no terminal. */
  readonly show: (context: Context, values: Values<O> & Values<typeof globalOptions>) => Promise<number>;
}

/** The first word of commands of two words: it only names them. */
export interface CommandGroup extends Description<Options> {
  readonly kind: 'group';
}

export type Command = ListingCommand | TextCommand | ScreenCommand | CommandGroup;

/** The name of its man page. */
export const pageOf = ({ name }: Command): string => `netwatch-${name.replace(' ', '-')}`;

/** The commands of a group, whose names begin with its name. */
export const membersOf = (group: string, commands: readonly Command[]): readonly Command[] =>
  commands.filter(({ name }) => name.startsWith(`${group} `));

/** Defaults that most listings share. */
const USUAL = {
  kind: 'listing',
  repeats: false,
  statements: ABOUT_SOCKETS,
  watches: () => false,
  firstTickIsStart: () => false,
  isSeries: (_values: unknown, repeating: boolean) => repeating,
  resolves: () => false,
  refusesRoot: null,
  formats: USUAL_FORMATS,
  usualFormat: () => null,
  claim: () => null,
  redactsItself: false,
  unredacted: {},
  emptyIsAnswer: true,
  runOf: () => SNAPSHOTS,
} as const satisfies Partial<ListingCommand>;

/** What a listing must declare, and where it differs from the defaults. */
type Declaration<O extends Options> = Omit<ListingCommand<O>, keyof typeof USUAL> &
  Partial<Pick<ListingCommand<O>, Exclude<keyof typeof USUAL, 'kind'>>>;

/** Declares a command that prints records; the types of its options are inferred. */
export function listing<const O extends Options>(of: Declaration<O>): Command {
  return { ...USUAL, ...of } as unknown as Command;
}

/** Declares a command that takes the terminal. */
export function screenCommand<const O extends Options>(of: Omit<ScreenCommand<O>, 'kind'>): Command {
  return { kind: 'screen', ...of } as unknown as Command;
}

/** Declares a text command. */
export function textCommand<const O extends Options>(of: Omit<TextCommand<O>, 'kind'>): Command {
  return { kind: 'text', ...of } as unknown as Command;
}

/** Declares a group of commands. What it has is asked for later: the other commands are not declared yet. */
export function commandGroup(of: Omit<CommandGroup, 'kind' | 'options' | 'operands'>): Command {
  return Object.defineProperties(
    { kind: 'group', options: {}, operands: 'WHAT' },
    Object.getOwnPropertyDescriptors(of),
  ) as Command;
}
