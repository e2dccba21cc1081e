import { openHtmlRenderer } from '../../src/core/html/html-renderer.ts';
import { numeralsOf } from '../../src/core/output/units.ts';
import type { AnyRow, RecordTable, Section } from '../../src/core/record/table.ts';
import { openMemorySink } from './memory-sink.ts';

/** The report of these records. */
export async function pageOf(sections: readonly Section[], title = 'a report'): Promise<string> {
  const sink = openMemorySink();
  const renderer = openHtmlRenderer(sink, { title, numerals: numeralsOf('en') });
  for (const { table, rows } of sections) await renderer.write({ table, fields: Object.keys(table.fields), rows });
  await renderer.endSnapshot();
  await renderer.end();
  return sink.text();
}

/** A row of which every text from outside is `text`, and every number `number`. */
export function rowWith(table: RecordTable, text: string, number: number): AnyRow {
  return Object.fromEntries(
    Object.entries(table.fields).map(([name, { kind, many }]) => {
      const value =
        kind === 'time'
          ? '2026-01-02T03:04:05.678Z'
          : kind === 'list'
            ? [text, text]
            : kind === 'text' || kind === 'address'
              ? text
              : kind === 'flag'
                ? true
                : number;
      return [name, many ? [value] : value];
    }),
  );
}
