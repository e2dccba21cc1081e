import assert from 'node:assert/strict';
import { compileCsv, compileTsv } from '../../src/core/output/delimited.ts';
import { compileJson } from '../../src/core/output/json.ts';
import { list, text } from '../../src/core/record/field.ts';
import { table } from '../../src/core/record/table.ts';
import { SCALE, seeded } from '../support/attack.ts';
import { csvCells } from '../support/csv.ts';
import { promised } from './promise.ts';

const STRINGS = 50_000 * SCALE;
const LONGEST = 40;

const sample = table('sample', 'One row per text.', {
  first: text('A text.'),
  second: text('Another one.'),
  list: list('Both.'),
});
const FIELDS = ['first', 'second', 'list'];

/** What breaks a line, a cell, a quote or an escape, and what shows as something else. */
const NASTY = '\\\\\\ttnrxu"",\'\t\n\r\v\f\0\x1b\x7f\x85\x9b\u2028\u2029\u202e\u200b\ufeff\ud800\udfff=+-@é漢🙂';

promised(
  {
    id: 'S2',
    says: 'One record is one line of NDJSON, TSV and CSV, whatever it holds, and the original text can be recovered: from JSON by the rules of JSON, from TSV and CSV by the escapes that the manual lists.',
    tested:
      'Random texts of control characters, quotes, separators, line breaks of every kind, unpaired surrogates and parts of escapes, written in each format and read back.',
    notPromised:
      'In CSV, a backslash in the text looks like that of an escape, and an apostrophe in the text looks like the one before a formula; TSV has no such doubt. Lists in TSV and CSV are joined by commas, and their elements may hold commas.',
    skipped: null,
    timeoutMs: 120_000,
  },
  async () => {
    const random = seeded(2);
    const pick = (): string =>
      random(2) === 0 ? NASTY[random(NASTY.length)]! : String.fromCharCode(random(random(4) === 0 ? 65_536 : 128));
    const any = (): string => Array.from({ length: random(LONGEST) }, pick).join('');
    const json = compileJson(sample, FIELDS);
    const tsv = compileTsv(sample, FIELDS);
    const csv = compileCsv(sample, FIELDS);
    for (let count = 0; count < STRINGS; count += 2) {
      const [first, second] = [any(), any()];
      const row = { first, second, list: [first, second] };
      const lines = [json(row), tsv(row), csv(row)];
      for (const line of lines) assert.doesNotMatch(line, /[\n\r\v\f\x85\u2028\u2029]/);
      assert.deepEqual(JSON.parse(lines[0]!), { type: 'sample', ...row });
      const inTsv = lines[1]!.split('\t').map(unescaped);
      assert.deepEqual([inTsv.length, inTsv[0], inTsv[1]], [3, first, second]);
      const inCsv = csvCells(lines[2]!);
      assert.equal(inCsv.length, 3);
      for (const [at, text] of [first, second].entries())
        if (!text.includes('\\')) assert.equal(unescaped(inCsv[at]!), guarded(text));
    }
    return `${STRINGS.toLocaleString('en')} texts in 3 formats: 0 broken lines, 0 changed texts`;
  },
);

/** What the escapes of TSV stand for. */
function unescaped(cell: string): string {
  return cell.replace(/\\(?:([tnr\\])|x([0-9a-f]{2})|u([0-9a-f]{4}))/g, (_all, letter, two, four) =>
    letter === undefined
      ? String.fromCharCode(Number.parseInt(two ?? four, 16))
      : { t: '\t', n: '\n', r: '\r', '\\': '\\' }[letter as 't']!,
  );
}

/** With an apostrophe where a spreadsheet would run it. */
const guarded = (text: string): string => (/^[=+\-@\t\r\0＝＋－＠]/.test(text) ? `'${text}` : text);
