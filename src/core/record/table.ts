import type { ByteText } from '../net/byte-text.ts';
import type { By, Field, ValueOf } from './field.ts';

export type Fields = Readonly<Record<string, Field>>;

/**
 * The only description of a record type. Rows are plain objects with exactly these keys in this order; the JSON `type`
 * key is written by the renderers and is not part of a row.
 */
export interface RecordTable<F extends Fields = Fields> {
  readonly type: string;
  /** One line: what one row is. */
  readonly about: string;
  /** Raised when the meaning of a shipped field would change; fields are only ever added. */
  readonly version: number;
  readonly fields: F;
  /** Fields that only who names them gets: by --fields, in a filter, to sort by. Rows have them after the others. */
  readonly more: Fields;
  /**
   * Names the filter language knows beside the field names: `port` → either port field, `ip.src` → one address field.
   * A comparison through an alias holds when it holds for any of the fields named.
   */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** Fields for the names of addresses, and the field of the address: `remote_host` → `remote_addr`. --resolve fills them. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Fields that are looked up in databases of addresses: `geo_country` → the country of remote_addr. */
  readonly places: Readonly<Record<string, PlaceField>>;
  /** What is said when there are none. */
  readonly none: string;
  /** Whether a statement (--expect, --fail-on, --wait) is about a row; the others are only printed. Null: about all. */
  readonly judges: ((row: AnyRow) => boolean) | null;
  /** Records of other types that stand within one of this type, where it is a document; null where it is not. */
  readonly parts: Readonly<Record<string, Part>> | null;
}

/** Records within a document. */
export interface Part {
  readonly doc: string;
  readonly of: RecordTable;
  /** Whether it is a list of them; otherwise it is one. */
  readonly isMany: boolean;
}

/** What is looked up of the address in another field. */
export interface PlaceField {
  readonly of: string;
  readonly is: 'country' | 'city' | 'asn' | 'org' | 'vendor';
}

/** The row type of a table: `type ConnRow = Row<typeof conn>`. */
export type Row<T extends RecordTable> = { -readonly [K in keyof T['fields']]: ValueOf<T['fields'][K]> };

/** The part of a row that `W` fills in (`by` in the table); null stands for the fields without such a mark. */
export type RowBy<T extends RecordTable, W extends string | null> = {
  -readonly [K in keyof T['fields'] as MarkOf<T['fields'][K]> extends W ? K : never]: ValueOf<T['fields'][K]>;
};
type MarkOf<F> = F extends By<infer W> ? W : null;

/** A row whose table is known only at run time. */
export type AnyRow = Readonly<Record<string, unknown>>;

/** Rows of one table; `rows` may be computed as it is read, and is read once. */
export interface Section {
  readonly table: RecordTable;
  readonly rows: Iterable<AnyRow>;
  /**
   * Writes the row that `rows` gave last, with its line feed: as the line of NDJSON that a renderer would make of it. Rows
   * need not hold what their table says then. Only for who asked for it (`Request.lineOf`).
   */
  readonly writeLine?: ((out: ByteText, row: AnyRow) => void) | undefined;
  /** One line that sums the rows up, shown over a table that is redrawn in place. */
  readonly headline?: (rows: readonly AnyRow[]) => string;
}

/** What one instant looked like, or one batch of a stream: one section for each record type. */
export type Snapshot = readonly Section[];

export interface TableOptions {
  readonly more?: Fields;
  readonly version?: number;
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly hosts?: Readonly<Record<string, string>>;
  readonly places?: Readonly<Record<string, PlaceField>>;
  readonly none?: string;
  readonly judges?: (row: AnyRow) => boolean;
  readonly parts?: Readonly<Record<string, Part>>;
}

/** Declares a record type: `table('conn', 'One row per socket.', { local_port: port('Local port.') })`. */
export function table<const F extends Fields>(
  type: string,
  about: string,
  fields: F,
  options: TableOptions = {},
): RecordTable<F> {
  return {
    type,
    about,
    version: options.version ?? 1,
    fields,
    more: options.more ?? {},
    aliases: options.aliases ?? {},
    hosts: options.hosts ?? {},
    places: options.places ?? {},
    none: options.none ?? `no ${type} records`,
    judges: options.judges ?? null,
    parts: options.parts ?? null,
  };
}

/** A section whose rows are checked against its table by the compiler. */
export function section<T extends RecordTable>(of: T, rows: Iterable<Row<T>>): Section {
  return { table: of, rows: rows as Iterable<AnyRow> };
}

/** The heading of a column. */
export function headingOf(name: string, field: Field): string {
  return field.heading ?? name.toUpperCase();
}

/** The field with this name; undefined when the table has none. */
export function fieldNamed({ fields, more }: RecordTable, name: string): Field | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : Object.hasOwn(more, name) ? more[name] : undefined;
}

/** The names of all fields, those last that only who names them gets. */
export function fieldNames({ fields, more }: RecordTable): readonly string[] {
  return [...Object.keys(fields), ...Object.keys(more)];
}
