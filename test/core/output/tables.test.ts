import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ALL_TABLES } from '../../../src/core/record/tables/all.ts';
import { SHOWN, type ShownRows } from './shown-rows.ts';
import { draw } from './shown-tables.ts';

/** All tables as a terminal of so many columns shows them; a pipe has none. */
async function drawAll(columns: number | null): Promise<string> {
  const drawn: string[] = [];
  for (const one of SHOWN) {
    const { text, hidden } = await draw(one, columns);
    drawn.push(`== ${one.name}\n${text}${hidden.length === 0 ? '' : `hidden: ${hidden.join(', ')}\n`}`);
  }
  return drawn.join('\n');
}

test.each([
  ['60', 60],
  ['80', 80],
  ['120', 120],
  ['pipe', null],
])('every table is whole at %s', async (name, columns) => {
  const file = new URL(`./tables/${name}.txt`, import.meta.url);
  const drawn = await drawAll(columns);
  expect(drawn).toBe(readFileSync(file, 'utf8'));
});

test('every record type that a table prints has rows here', () => {
  const shown = new Set(SHOWN.map(({ table }) => table.type));
  // packets are printed as they come, snapshots as a document with limits, and gaps only between records as JSON
  expect(ALL_TABLES.map(({ type }) => type).filter((type) => !shown.has(type))).toEqual([
    'packet',
    'snapshot',
    'limit',
    'gap',
  ]);
});

test('no line is wider than the terminal, and nothing is hidden where all fits', async () => {
  for (const one of SHOWN) {
    const whole = await draw(one, null);
    const widest = Math.max(...whole.text.split('\n').map((line) => line.length));
    expect(await draw(one, widest)).toEqual(whole);
    for (let columns = 1; columns < widest; columns += 7) {
      const { text } = await draw(one, columns);
      for (const line of text.split('\n'))
        expect(line.length, `${one.name} at ${columns}`).toBeLessThanOrEqual(columns);
    }
  }
});

describe('addresses at 80 columns', () => {
  const cellsOf = (line: string): string[] => line.trim().split(/ {2,}/);
  const addressFields = ({ table }: ShownRows): string[] =>
    Object.keys(table.fields).filter(
      (name) => table.fields[name]!.kind === 'address' && table.fields[name]!.priority === 1,
    );

  test.each(SHOWN.filter((one) => addressFields(one).length > 0).map((one) => [one.name, one] as const))(
    '%s tells different ones apart',
    async (_name, one) => {
      const { text, hidden } = await draw(one, 80);
      for (const name of addressFields(one)) {
        expect(hidden).not.toContain(name);
        const heading = one.table.fields[name]!.heading!;
        const [header = '', ...lines] = text.trimEnd().split('\n');
        const at = cellsOf(header).indexOf(heading);
        const cells = lines.map((line) => cellsOf(line)[at]!);
        const addresses = one.rows.map((row) => String(row[name] ?? '-'));
        const pairs = new Set(addresses.map((address, row) => `${address} ${cells[row]}`));
        expect(new Set(cells).size).toBe(new Set(addresses).size);
        expect(pairs.size).toBe(new Set(addresses).size);
        for (const [row, address] of addresses.entries()) {
          if (!address.includes(':')) expect(cells[row]).toBe(address);
          else expect(address.startsWith(cells[row]!.split('…')[0]!)).toBe(true);
        }
      }
    },
  );
});
