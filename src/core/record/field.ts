/**
 * What a record field may be. A field is data: its kind decides the JSON type, how a table prints it, how two values
 * compare and which literals a filter accepts; nothing about a field is written anywhere else.
 */

/** How a value is read, printed and compared. The unit is part of the kind, and of the field's name. */
export type Kind =
  | 'text' // any text from outside
  | 'address' // an IP address in canonical text (RFC 5952), or a name where no address exists
  | 'port' // 0-65535
  | 'integer' // a number without a unit: ids, indexes, lengths of queues
  | 'count' // how many
  | 'bytes'
  | 'byte_rate' // bytes per second
  | 'packet_rate' // packets per second
  | 'millis' // milliseconds, fractions allowed
  | 'seconds' // seconds, fractions allowed
  | 'percent' // 0-100
  | 'number' // any other number
  | 'flag' // true or false
  | 'time' // ISO 8601 UTC, with the precision of the source
  | 'list'; // texts

/** When a table or TSV shows a field that nobody asked for by name. JSON always holds every field. */
export type Shown = 'always' | 'repeating' | 'never';

/** What a colour says; which colour that is belongs to the terminal. */
export type Tone = 'good' | 'notice' | 'busy' | 'bad' | 'faint';

export interface Field<T = unknown> {
  readonly kind: Kind;
  readonly nullable: boolean;
  /** Whether it holds any number of such values, in an array; one that passes is enough for a filter. */
  readonly many: boolean;
  /** One line, ends with a full stop: it stands in `netwatch fields`, the schema and the man page. */
  readonly doc: string;
  /** Table heading; null means the field's own name in capitals. */
  readonly heading: string | null;
  readonly shown: Shown;
  /** The closed set of values of a text field, where there is one: completion and filter suggestions use it. */
  readonly values: readonly string[] | null;
  /** Whether `values` stand in the order of their rank, the highest first: filters then compare by it. */
  readonly ranked: boolean;
  /** How a value deserves to be coloured; null for no colour. */
  readonly tone: ((value: never) => Tone | null) | null;
  /**
   * Which columns a table keeps where not all fit: those of priority 1 answer the question and stay; of the others the
   * highest number is hidden first, of equal ones the last column.
   */
  readonly priority: number;
  /** The fewest columns of the terminal in which its text is of use; null for as few as its priority says. */
  readonly least: number | null;
  /** Whether its text goes on in the next line where the column is too narrow, instead of being cut. */
  readonly wraps: boolean;
  /** Whether a table draws its share of 100 as a bar at the end of the line. No other format has it. */
  readonly bar: boolean;
  /** Who fills the field in, where that is not the maker of the record: see `by`. */
  readonly by: string | null;
  /** Never present: it carries the TypeScript type of the value. */
  readonly _value?: T;
}

/** What a field holds in TypeScript. */
export type ValueOf<F> = F extends Field<infer T> ? T : never;

export interface FieldOptions {
  readonly heading?: string;
  readonly shown?: Shown;
  readonly values?: readonly string[];
  readonly ranked?: boolean;
  readonly tone?: (value: never) => Tone | null;
  readonly priority?: number;
  readonly least?: number;
  readonly wraps?: boolean;
  readonly bar?: boolean;
}

const USUAL_PRIORITY = 3;
/** The `least` of a field whose text is of no use when it is cut. */
export const WHOLE = Number.POSITIVE_INFINITY;

function field<T>(kind: Kind, doc: string, options: FieldOptions): Field<T> {
  return {
    kind,
    nullable: false,
    many: false,
    doc,
    heading: options.heading ?? null,
    shown: options.shown ?? 'never',
    values: options.values ?? null,
    ranked: options.ranked ?? false,
    tone: options.tone ?? null,
    priority: options.priority ?? USUAL_PRIORITY,
    least: options.least ?? null,
    wraps: options.wraps ?? false,
    bar: options.bar ?? false,
    by: null,
  };
}

/** A builder per kind: `bytes('Bytes received.', shown('RX'))`. */
const builder =
  <T>(kind: Kind) =>
  (doc: string, options: FieldOptions = {}): Field<T> =>
    field<T>(kind, doc, options);

export const text = builder<string>('text');
export const address = builder<string>('address');
export const port = builder<number>('port');
export const integer = builder<number>('integer');
export const count = builder<number>('count');
export const bytes = builder<number>('bytes');
export const byteRate = builder<number>('byte_rate');
export const packetRate = builder<number>('packet_rate');
export const millis = builder<number>('millis');
export const seconds = builder<number>('seconds');
export const percent = builder<number>('percent');
export const number = builder<number>('number');
export const flag = builder<boolean>('flag');
export const time = builder<string>('time');
export const list = builder<readonly string[]>('list');

/** A text that is one of a closed set: `choice('How it is attached.', ['up', 'down'])`. */
export function choice<const V extends string>(
  doc: string,
  values: readonly V[],
  options: FieldOptions = {},
): Field<V> {
  return field<V>('text', doc, { ...options, values });
}

/** A choice whose values have a rank; they are listed from the highest: `ranking('How serious it is.', ['error', 'warn'])`. */
export function ranking<const V extends string>(
  doc: string,
  values: readonly V[],
  options: FieldOptions = {},
): Field<V> {
  return choice(doc, values, { ...options, ranked: true });
}

/** The same field where the value may be unknown. Unknown is null, never 0, "" or "-". */
export function maybe<T>(of: Field<T>): Field<T | null> {
  return { ...of, nullable: true } as Field<T | null>;
}

/** Any number of such values, in their order; null where there is none. */
export function many<T>(of: Field<T>): Field<readonly T[] | null> {
  return { ...of, nullable: true, many: true } as Field<readonly T[] | null>;
}

/** A field that `by` marks with `W`. */
export interface By<W extends string> {
  readonly by: W;
}

/** The same field, filled in by `who`: the compiler then knows which part of a row that is (`RowBy`). */
export function by<const W extends string, T>(who: W, of: Field<T>): Field<T> & By<W> {
  return { ...of, by: who };
}

/** Visible when no `--fields` was given; the heading defaults to the field's name. */
export function shown(heading?: string, priority?: number, least?: number): FieldOptions {
  return visible('always', heading, priority, least);
}

/** Visible when no `--fields` was given and the command repeats, because one sample cannot know it. */
export function shownWhenRepeating(heading?: string, priority?: number): FieldOptions {
  return visible('repeating', heading, priority);
}

function visible(shown: Shown, heading?: string, priority?: number, least?: number): FieldOptions {
  return {
    shown,
    ...(heading === undefined ? {} : { heading }),
    ...(priority === undefined ? {} : { priority }),
    ...(least === undefined ? {} : { least }),
  };
}

/** The tone of each value; a saved record may have a value that none of them is. */
export const toneBy =
  (tones: Readonly<Record<string, Tone | null>>) =>
  (value: string): Tone | null =>
    Object.hasOwn(tones, value) ? tones[value]! : null;

/** Colours a count of things that should not happen. */
export const badUnlessZero = (value: number): Tone | null => (value > 0 ? 'bad' : null);

export const NUMERIC_KINDS: ReadonlySet<Kind> = new Set<Kind>([
  'port',
  'integer',
  'count',
  'bytes',
  'byte_rate',
  'packet_rate',
  'millis',
  'seconds',
  'percent',
  'number',
]);

/** Whether it holds one number: many are a list, which is text. */
export const isNumeric = ({ kind, many }: Field): boolean => !many && NUMERIC_KINDS.has(kind);
