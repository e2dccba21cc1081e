import { type ByteText, constant, writeMillis, writeSeconds } from '../net/byte-text.ts';
import type { PlaceFacts } from '../net/place-facts.ts';
import type { RecordTable } from '../record/table.ts';
import { JsonLiterals, writeJsonString } from './json-bytes.ts';

/** What the lines of NDJSON of a table hold. */
export interface LineForm {
  readonly fields: readonly string[];
  /** Null where databases are not asked. */
  readonly placeOf: ((address: string | null) => PlaceFacts) | null;
}

/** Writes the value of one field, and null where there is none. */
export type FieldWriter<Of> = (out: ByteText, of: Of) => void;
/** A writer for each field of a row. */
export type FieldWriters<Row, Of> = { readonly [Field in keyof Row]-?: FieldWriter<Of> };

const NULL = constant('null');
const TRUE = constant('true');
const FALSE = constant('false');
const END = constant('}\n');
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;

/**
 * Writes records as lines of NDJSON, the bytes that the renderer makes of their rows, without rows. Of each field it knows how
 * to write the value; what fields there are, and their order, says the form.
 */
export class JsonLine<Of> {
  private readonly heads: readonly Uint8Array[];
  private readonly writers: readonly FieldWriter<Of>[];

  constructor({ type }: RecordTable, fields: readonly string[], writers: readonly FieldWriter<Of>[]) {
    this.heads = fields.map((name, index) => {
      const start = index === 0 ? `{"type":${JSON.stringify(type)}` : '';
      return constant(`${start},${JSON.stringify(name)}:`);
    });
    this.writers = writers;
  }

  /** Adds the line without its end. */
  writeFields(out: ByteText, of: Of): void {
    const { heads, writers } = this;
    for (let index = 0; index < writers.length; index++) {
      out.constant(heads[index]!);
      writers[index]!(out, of);
    }
  }

  write(out: ByteText, of: Of): void {
    this.writeFields(out, of);
    out.constant(END);
  }
}

/** The line of a table; null for fields of which there is none among the writers. */
export function compileLine<Of>(
  table: RecordTable,
  fields: readonly string[],
  writers: Readonly<Record<string, FieldWriter<Of>>>,
): JsonLine<Of> | null {
  if (fields.length === 0 || !fields.every((name) => Object.hasOwn(writers, name))) return null;
  return new JsonLine(
    table,
    fields,
    fields.map((name) => writers[name]!),
  );
}

/** Writes values as JSON; texts that come again and again are kept. */
export class JsonValues {
  private readonly literals = new JsonLiterals();

  readonly none = (out: ByteText): void => out.constant(NULL);

  readonly flag = (out: ByteText, value: boolean): void => out.constant(value ? TRUE : FALSE);

  /** A whole number that a double holds exactly. */
  readonly integer = (out: ByteText, value: number | null): void => {
    if (value === null) out.constant(NULL);
    else out.integer(value);
  };

  /** Any number; null for NaN and infinity, which JSON does not have. */
  readonly number = (out: ByteText, value: number | null): void => {
    if (value === null || !Number.isFinite(value)) out.constant(NULL);
    else out.ascii(String(value));
  };

  /** One of a few texts: the name of a protocol, an interface, a process. */
  readonly name = (out: ByteText, value: string | null): void => {
    if (value === null) out.constant(NULL);
    else this.literals.write(out, value);
  };

  /** A list of such texts. */
  readonly names = (out: ByteText, list: readonly string[]): void => {
    out.byte(OPEN);
    for (let index = 0; index < list.length; index++) {
      if (index > 0) out.byte(COMMA);
      this.literals.write(out, list[index]!);
    }
    out.byte(CLOSE);
  };

  readonly text = (out: ByteText, value: string | null): void => {
    if (value === null) out.constant(NULL);
    else writeJsonString(out, value);
  };

  /** So many nanoseconds, in seconds; null for NaN. */
  readonly seconds = (out: ByteText, nanoseconds: number): void => {
    if (Number.isNaN(nanoseconds)) out.constant(NULL);
    else writeSeconds(out, nanoseconds);
  };

  /** The same in milliseconds. */
  readonly millis = (out: ByteText, nanoseconds: number): void => {
    if (Number.isNaN(nanoseconds)) out.constant(NULL);
    else writeMillis(out, nanoseconds);
  };
}
