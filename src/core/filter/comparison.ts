import type { Failure } from '../failure.ts';
import { type Field, type Kind, NUMERIC_KINDS } from '../record/field.ts';
import type { RecordTable } from '../record/table.ts';
import { compareText } from '../record/text-order.ts';
import { equalsAddress, equalsElement, equalsText, oneOf, type TextTest } from './equality.ts';
import type { Literal, Order, Range, Relation } from './expr.ts';
import { compareInstants, instantAt, type Now, parseInstant, parseRelative } from './instant.ts';
import { compilePattern } from './pattern.ts';
import { type Misfit, parseQuantity } from './quantity.ts';
import { quoted, sourceError } from './source-error.ts';

/** Tests a value of the field it was made for; the value is not null and no empty list. */
export type ValueTest = (value: unknown) => boolean;

/** A field of a table by its name, and the source that the literals compared with it stand in. */
export interface Target {
  readonly name: string;
  readonly field: Field;
  readonly table: RecordTable;
  readonly source: string;
  /** What relative times count from; without it they are refused. */
  readonly now?: Now | undefined;
}

/** What to write instead, for kinds that not every relation fits. */
const RELATIONS_OF: Partial<Readonly<Record<Kind, string>>> = {
  address: 'an address takes ==, !=, in {10.0.0.0/8}, contains and matches',
  list: 'a list takes ==, !=, in {a, b}, contains and matches',
  flag: 'a flag takes == true, or stands alone',
};
const TIME_HINT = 'as in 2024-05-01, 2024-05-01T10:00, "2024-05-01 10:00:00.5Z", -24h (a day ago)';

/**
 * The test of a comparison other than `!=`, which is the negation of `==`. One element of a list, or one of
 * many values, is enough. Throws
 * Failure 64 when the relation does not fit the field, or the literal is no value of its kind.
 */
export function valueTest(target: Target, relation: Exclude<Relation, '!='>, literal: Literal): ValueTest {
  const { kind, values } = target.field;
  if (target.field.many) return ofAny(valueTest(one(target), relation, literal));
  const misfit = misfitAt(target, literal);
  const numeric = NUMERIC_KINDS.has(kind);
  if (relation === 'contains' || relation === 'matches') {
    if (numeric || kind === 'flag') throw noRelation(target, relation, literal);
    return onText(
      kind,
      relation === 'contains' ? includes(kind, literal.text) : compilePattern(literal, target.source),
    );
  }
  if (numeric) return numberTest(relation, parseQuantity(literal.text, kind, misfit));
  if (kind === 'time') return instantTest(target, relation, literal.text, misfit);
  if (relation !== '==') {
    if (kind !== 'text') throw noRelation(target, relation, literal);
    if (values !== null) return rankTest(target, relation, literal);
    const holds = numberTest(relation, 0);
    return (value) => holds(compareText(value as string, literal.text));
  }
  if (kind === 'flag') return flagTest(literal.text, misfit);
  if (kind === 'address') return onText(kind, equalsAddress(literal, hasNames(target), misfit));
  return onText(kind, (kind === 'list' ? equalsElement : equalsText)(literal.text, values, misfit));
}

/** The test of `from..to`, both included. Throws as `valueTest` does, and for a range of numbers or ranks that is empty. */
export function rangeTest(target: Target, range: Range): ValueTest {
  if (target.field.many) return ofAny(rangeTest(one(target), range));
  const { from, to } = range;
  const atLeast = valueTest(target, '>=', from);
  const atMost = valueTest(target, '<=', to);
  const { kind, values } = target.field;
  const misfit = misfitAt(target, from);
  const first = NUMERIC_KINDS.has(kind)
    ? parseQuantity(from.text, kind, misfit)
    : values !== null
      ? oneOf(from.text, values, misfit)
      : null;
  if (first !== null && !atMost(first)) {
    throw misfit('the range is empty', `write ${to.text}..${from.text}`);
  }
  return (value) => atLeast(value) && atMost(value);
}

/** The same target as if it held one value. */
function one(target: Target): Target {
  return { ...target, field: { ...target.field, many: false } };
}

function ofAny(test: ValueTest): ValueTest {
  return (values) => (values as readonly unknown[]).some(test);
}

/** The test of a number against another. */
export function numberTest(order: Order, wanted: number): ValueTest {
  switch (order) {
    case '==':
      return (value) => value === wanted;
    case '<':
      return (value) => (value as number) < wanted;
    case '<=':
      return (value) => (value as number) <= wanted;
    case '>':
      return (value) => (value as number) > wanted;
    case '>=':
      return (value) => (value as number) >= wanted;
  }
}

/** The test of a value of a closed set by its rank. A value outside the set, of a later version, has none and fails. */
function rankTest(target: Target, relation: Order, literal: Literal): ValueTest {
  const { name, field, source } = target;
  const values = field.values!;
  if (!field.ranked) {
    const hint = `its values have no order: ${name} in {${values.slice(0, 2).map(asLiteral).join(', ')}}`;
    throw sourceError(source, literal, `${name} cannot be compared by ${quoted(relation)}`, hint);
  }
  const ranks = new Map(values.map((value, index) => [value, values.length - index])); // the highest stands first
  const holds = numberTest(relation, ranks.get(oneOf(literal.text, values, misfitAt(target, literal)))!);
  return (value) => {
    const rank = ranks.get(value as string);
    return rank !== undefined && holds(rank);
  };
}

/** A value as it is written in a filter. */
function asLiteral(value: string): string {
  return /^[\w.]+$/.test(value) ? value : `"${value}"`;
}

function instantTest({ now }: Target, order: Order, text: string, misfit: Misfit): ValueTest {
  const holds = numberTest(order, 0);
  const instant = parseInstant(text);
  if (instant !== null) return (value) => holds(compareInstants(value as string, instant));
  const offset = parseRelative(text);
  if (offset === null) throw misfit(`${quoted(text)} is not a time`, TIME_HINT);
  if (now === undefined) throw misfit(`${quoted(text)} is relative, and there is no clock here`, TIME_HINT);
  let at = Number.NaN;
  let limit = '';
  return (value) => {
    const present = now();
    if (present !== at) {
      at = present;
      limit = instantAt(present + offset);
    }
    return holds(compareInstants(value as string, limit));
  };
}

function flagTest(text: string, misfit: Misfit): ValueTest {
  const wanted = text.toLowerCase() === 'true';
  if (!wanted && text.toLowerCase() !== 'false') throw misfit(`${quoted(text)} is not a flag`, 'true or false');
  return (value) => value === wanted;
}

/** Case counts, as in Wireshark, but not the case of the hexadecimal digits of an address. */
function includes(kind: Kind, text: string): TextTest {
  const needle = kind === 'address' ? text.toLowerCase() : text;
  return (value) => value.includes(needle);
}

/** Makes a test of texts one of a field of text, or of a list, where one element is enough. */
export function onText(kind: Kind, test: TextTest): ValueTest {
  return kind === 'list' ? (value) => (value as readonly string[]).some(test) : (value) => test(value as string);
}

/** Makes the Failure for a literal that is no value of the field. */
function misfitAt({ name, source }: Target, literal: Literal): Misfit {
  const range = literal.text.includes('..') ? `a range stands in braces: ${name} in {${literal.text}}` : null;
  return (message, hint) => sourceError(source, literal, `${message} (${name})`, range ?? hint);
}

/** Whether the names of addresses are in the table too, in a field of their own. */
function hasNames({ table }: Target): boolean {
  return Object.hasOwn(table.fields, 'remote_host');
}

function noRelation({ name, field, source }: Target, relation: Relation, literal: Literal): Failure {
  const hint = RELATIONS_OF[field.kind] ?? `${name} is no text: it takes ==, !=, <, <=, >, >= and in {1, 5..9}`;
  return sourceError(source, literal, `${name} cannot be compared by ${quoted(relation)}`, hint);
}
