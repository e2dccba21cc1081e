import { fieldNamed, fieldNames, type RecordTable } from '../record/table.ts';

/** What may stand in place of the text from `from` to the cursor, the likeliest first. */
export interface Completion {
  readonly from: number;
  readonly candidates: readonly string[];
}

const WORD = /[\p{L}\p{M}\p{N}_.:/*%+@-]*$/u;
/** What stands before a value: a field and a relation, or a field and the beginning of a set. */
const BEFORE_VALUE = /([\w.]+)\s*(?:==|!=|\b(?:eq|ne)\b)\s*$/i;
const BEFORE_MEMBER = /([\w.]+)\s+in\s*\{(?:[^{}]*,)?\s*$/i;
const BEFORE_OTHER_VALUE = /(?:[<>~]=?|\b(?:lt|le|gt|ge|contains|matches)\b)\s*$/i;

/**
 * Completes the word before the cursor of a filter: to a value where its field has a closed set of them, to none where a
 * value is free, else to a field or an alias: those that begin with the word, or else those that contain it.
 */
export const completeFilter = (text: string, cursor: number, table: RecordTable): Completion =>
  completeNames(text, cursor, {
    names: [...fieldNames(table), ...Object.keys(table.aliases)],
    valuesOf: (field) => valuesOf(table, field),
  });

/** What may stand in a filter. */
export interface FilterNames {
  readonly names: readonly string[];
  /** The values of a field, by its name in small letters, that has a closed set of them; empty for any other. */
  readonly valuesOf: (field: string) => readonly string[];
}

/** The same for names that are not those of one table alone. */
export function completeNames(text: string, cursor: number, known: FilterNames): Completion {
  const before = text.slice(0, cursor);
  const word = WORD.exec(before)![0];
  const from = cursor - word.length;
  const context = before.slice(0, from);
  const none = { from, candidates: [] };
  if (isQuoted(context)) return none;
  const field = BEFORE_VALUE.exec(context)?.[1] ?? BEFORE_MEMBER.exec(context)?.[1];
  if (field !== undefined) return { from, candidates: like(word, known.valuesOf(field.toLowerCase())).map(written) };
  if (BEFORE_OTHER_VALUE.test(context)) return none;
  return { from, candidates: like(word, known.names) };
}

/** Whether a string is open at the end. */
function isQuoted(text: string): boolean {
  const rest = text.replace(/"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/g, '');
  return /["']/.test(rest);
}

/** The values of a field or an alias of a table that have a closed set of them. */
export function valuesOf(table: RecordTable, name: string): readonly string[] {
  const names = fieldNamed(table, name) === undefined ? (table.aliases[name] ?? []) : [name];
  const values = names.flatMap((one) => {
    const field = fieldNamed(table, one);
    return field?.kind === 'flag' ? ['true', 'false'] : (field?.values ?? []);
  });
  return [...new Set(values)];
}

const written = (value: string): string => (/^[\w.:/-]+$/.test(value) ? value : `"${value}"`);

function like(word: string, all: readonly string[]): readonly string[] {
  const wanted = word.toLowerCase();
  const beginning = all.filter((one) => one.toLowerCase().startsWith(wanted));
  return beginning.length > 0 ? beginning : all.filter((one) => one.toLowerCase().includes(wanted));
}
