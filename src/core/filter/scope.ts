import type { Failure } from '../failure.ts';
import { fieldNamed, fieldNames, type RecordTable } from '../record/table.ts';
import { suggest } from '../suggest.ts';
import type { Target } from './comparison.ts';
import type { Literal } from './expr.ts';
import type { Now } from './instant.ts';
import { quoted, sourceError } from './source-error.ts';

/** What the names of a filter are looked up in, and what was found so far. */
export interface Scope {
  readonly source: string;
  readonly table: RecordTable;
  /** Whether a word that names nothing is searched for; else it is an error. */
  readonly searchesWords: boolean;
  /** Every field that the filter reads. */
  readonly fields: Set<string>;
  /** What relative times count from; without it they are refused. */
  readonly now?: Now | undefined;
}

/** The fields a name stands for, itself or as an alias, in any case; null when the table has no such name. */
export function lookUp(scope: Scope, name: string): readonly string[] | null {
  const { aliases } = scope.table;
  const lower = name.toLowerCase();
  if (fieldNamed(scope.table, lower) !== undefined) return reading(scope, [lower]);
  return Object.hasOwn(aliases, lower) ? reading(scope, aliases[lower]!) : null;
}

/** The fields a name stands for; throws Failure 64 when there are none. */
export function resolve(scope: Scope, name: Literal): readonly string[] {
  const names = lookUp(scope, name.text);
  if (names === null) throw unknownField(scope, name);
  return names;
}

/** Notes that these fields are read. */
export function reading(scope: Scope, names: readonly string[]): readonly string[] {
  for (const name of names) scope.fields.add(name);
  return names;
}

export function targetOf({ source, table, now }: Scope, name: string): Target {
  return { name, field: fieldNamed(table, name)!, table, source, now };
}

function unknownField({ source, table }: Scope, name: Literal): Failure {
  const near = suggest(name.text, [...fieldNames(table), ...Object.keys(table.aliases)]);
  const list = `see: netwatch fields ${table.type}`;
  const hint = near === null ? list : `did you mean ${near}? ${list}`;
  return sourceError(source, name, `unknown field ${quoted(name.text)} in the ${table.type} filter`, hint);
}
