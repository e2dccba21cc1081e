import { messageOf } from '../../../core/failure.ts';
import { safeText } from '../../../core/output/safe-text.ts';
import { formatterFor, type Numerals, UNKNOWN } from '../../../core/output/units.ts';
import { openPlaces } from '../../../core/place/places.ts';
import { parseWhoisOperand } from '../../../core/place/whois-operand.ts';
import type { AnyRow } from '../../../core/record/table.ts';
import { whois } from '../../../core/record/tables/whois.ts';
import { type Piece, piece } from '../../../core/screen/cells.ts';
import { openPlaceFiles } from '../../../platform/place/place-files.ts';
import type { Context } from '../../context/context.ts';
import { lookUp } from '../../whois/look-up.ts';

/** How registries are asked. */
const USUAL = {
  isOffline: false,
  base: null,
  asksIpApi: false,
  timeoutMs: 10_000,
  needsAnswer: false,
  isSorted: false,
} as const;
/** Fields that say nothing to a person. */
const LEFT_OUT: ReadonlySet<string> = new Set(['type', 'truncated']);

/** Asks whose the addresses are, as `netwatch whois` does; resolves to lines that say so, or why it is not known. */
export async function askWhois(
  context: Context,
  addresses: readonly string[],
  numerals: Numerals,
): Promise<readonly (readonly Piece[])[]> {
  const said: string[] = [];
  const quiet: Context = { ...context, say: (text) => said.push(text) };
  const files = openPlaceFiles(null, () => {});
  const lines: (readonly Piece[])[] = [];
  try {
    const asked = { ...USUAL, operands: addresses.map(parseWhoisOperand) };
    for await (const snapshot of lookUp(quiet, asked, openPlaces(files)))
      for (const { rows } of snapshot) for (const row of rows) lines.push(...linesOf(row, numerals));
  } catch (error) {
    said.push(messageOf(error));
  } finally {
    files.close();
  }
  return [...lines, ...said.map((text) => [piece(` ${safeText(text)}`, 'notice')])];
}

function linesOf(row: AnyRow, numerals: Numerals): readonly (readonly Piece[])[] {
  const fields = Object.entries(whois.fields).filter(([name]) => !LEFT_OUT.has(name));
  const longest = Math.max(...fields.map(([name]) => name.length));
  const known = fields.flatMap(([name, field]) => {
    const value = row[name];
    const text = value === null || value === undefined ? UNKNOWN : formatterFor(field, numerals)(value);
    return text === UNKNOWN || text === '' ? [] : [[piece(` ${name.padEnd(longest)}  `, 'faint'), piece(text)]];
  });
  return [...known, []];
}
