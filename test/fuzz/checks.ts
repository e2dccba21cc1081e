import type { AnyRow, RecordTable, Section } from '../../src/core/record/table.ts';
import { ALL_TABLES } from '../../src/core/record/tables/all.ts';
import { recordFault } from '../support/record-fault.ts';
import { Broken } from './finding.ts';

// what a terminal acts on or does not show: C0, DEL, C1, marks of direction; each format adds what it uses itself
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const PAINT = /\x1b\[[0-9;]*m/g;

/** Throws for text with a byte in it that a terminal would act on; `tabs` says whether these may stand in it. */
export function checkShown(text: string, what: string, tabs = false): void {
  const found = UNSAFE.exec(text) ?? (tabs ? null : /\t/.exec(text));
  if (found === null) return;
  const code = found[0].codePointAt(0)!.toString(16);
  throw new Broken(
    `${what}: U+${code} is shown: ${JSON.stringify(text.slice(Math.max(0, found.index - 30), found.index + 10))}`,
  );
}

export const unpainted = (text: string): string => text.replace(PAINT, '');

/** Throws when a row is not what the schema of its record promises. */
export function checkRow(table: RecordTable, row: AnyRow): void {
  const fault = recordFault(table, row);
  if (fault !== null) throw new Broken(fault);
}

/** Two packets far apart in time make a million rows of `stats --by time`, all alike but the first and the last. */
const MOST_ROWS = 500;

/** The rows of each section, each what its schema promises. */
export function checkedRows(sections: readonly Section[]): readonly (Section & { readonly rows: readonly AnyRow[] })[] {
  return sections.map(({ table, rows }) => {
    const kept: AnyRow[] = [];
    for (const row of rows) {
      checkRow(table, row);
      if (kept.push(row) === MOST_ROWS) break;
    }
    return { table, rows: kept };
  });
}

/** Throws when a line of NDJSON is no record; `whole` says that every field must be there. */
export function checkNdjson(text: string, whole: boolean): void {
  for (const line of text.split('\n')) {
    if (line === '') continue;
    let record: Record<string, unknown>;
    try {
      record = JSON.parse(line) as Record<string, unknown>;
    } catch {
      throw new Broken(`ndjson: not JSON: ${line.slice(0, 200)}`);
    }
    checkShown(line, 'ndjson');
    if (!whole) continue;
    const table = ALL_TABLES.find(({ type }) => type === record.type);
    if (table === undefined) throw new Broken(`ndjson: no type ${String(record.type)}`);
    const { type: _, ...row } = record;
    checkRow(table, row);
  }
}
