import { HistoryReport } from '../../../src/core/health/reports/history-report.ts';
import { compileCsv, compileTsv } from '../../../src/core/output/delimited.ts';
import { compileJson } from '../../../src/core/output/json.ts';
import { openPalette } from '../../../src/core/output/palette.ts';
import { drawTable } from '../../../src/core/output/text-table.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { readRow } from '../../../src/core/record/saved-row.ts';
import { sortRows } from '../../../src/core/record/sort.ts';
import type { AnyRow, RecordTable } from '../../../src/core/record/table.ts';
import { ALL_TABLES } from '../../../src/core/record/tables/all.ts';
import type { ConnEventRow } from '../../../src/core/record/tables/conn-event.ts';
import { connEvent } from '../../../src/core/record/tables/conn-event.ts';
import { HISTORY_KEYS } from '../../../src/core/record/tables/conn-history.ts';
import type { ProbeRow } from '../../../src/core/record/tables/probe.ts';
import { probe } from '../../../src/core/record/tables/probe.ts';
import { ConnHistory } from '../../../src/core/socket/conn-history.ts';
import { checkNdjson, checkShown } from '../checks.ts';
import { mutateText } from '../mutate-text.ts';
import type { Prng } from '../prng.ts';
import { type Target, textOf, textPiece } from '../target.ts';

const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -1e-308,
    2 ** 53,
    4294967296,
    '',
    'a',
    '=1+1',
    '\u001b[31m',
    '\u202e',
    'tcp',
    '10.0.0.1',
    '::1',
  ],
  ...[
    '2026-01-02T03:04:05.678Z',
    '+275760-09-13T00:00:00Z',
    [],
    ['a'],
    ['a,b', '\t'],
    {},
    [1],
    'x'.repeat(300),
    '\ud800',
    '漢字😀',
    '\r\n',
    '"',
  ],
];

/** A record of each type with values of all kinds. */
export function recordText(prng: Prng, table: RecordTable): string {
  const entries = Object.entries(table.fields).map(([name, { kind, values }]) => {
    if (values !== null && !prng.once(4)) return [name, prng.of(values)];
    if (kind === 'time' && !prng.once(4)) return [name, `2026-01-0${1 + prng.below(9)}T0${prng.below(9)}:00:00Z`];
    return [name, prng.of(VALUES)];
  });
  return JSON.stringify({
    type: table.type,
    ...Object.fromEntries(prng.once(4) ? entries.slice(prng.below(entries.length)) : entries),
  });
}

/** Records that were saved and are read again: what is taken can be printed in every format. Number: which table. */
export const records: Target = {
  name: 'records',
  share: 80,
  async open() {
    const palette = await openPalette(0);
    const words = ALL_TABLES.flatMap(({ type, fields }) => [
      `"${type}"`,
      ...Object.keys(fields).map((name) => `"${name}"`),
    ]);
    return {
      make: (prng) => {
        const which = prng.below(ALL_TABLES.length);
        const lines = Array.from({ length: 1 + prng.below(4) }, () => recordText(prng, ALL_TABLES[which]!));
        const index = prng.below(lines.length);
        if (prng.once(3)) lines[index] = mutateText(prng, lines[index]!, words);
        return { form: 'lines', numbers: [which], pieces: lines.map((line) => textPiece(line)) };
      },
      async run({ numbers: [which = 0], pieces }) {
        const table = ALL_TABLES[which]!;
        const rows: AnyRow[] = [];
        for (const one of pieces) {
          const row = readRow(table, parsed(textOf(one)));
          if (typeof row === 'object' && row !== null) rows.push(row);
        }
        const fields = Object.keys(table.fields);
        const [json, tsv, csv] = [compileJson(table, fields), compileTsv(table, fields), compileCsv(table, fields)];
        for (const row of rows) {
          checkNdjson(json(row), false);
          checkShown(tsv(row), 'tsv', true);
          checkShown(csv(row), 'csv');
        }
        const layout = { fields, terminalColumns: null, header: true, palette, numerals: plainNumerals };
        checkShown((await drawTable(table, rows, layout)).text, 'table');
        for (const field of fields.slice(0, 4)) sortRows(table, rows, [{ field, descending: true }]);
        if (table.type === probe.type) {
          const report = new HistoryReport();
          for (const row of rows) report.ingest(row as unknown as ProbeRow);
          report.rows();
        }
        if (table.type === connEvent.type)
          for (const by of HISTORY_KEYS) {
            const history = new ConnHistory(by, null);
            for (const row of rows) history.ingest(row as unknown as ConnEventRow);
            history.rows();
          }
      },
    };
  },
};

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
