import type { AnyRow, Part, RecordTable } from '../record/table.ts';
import { compileJson } from './json.ts';
import type { Renderer } from './renderer.ts';
import type { Sink } from './sink.ts';

/**
 * Prints one record and the parts of its document: their sections come after it, in the order of the parts, each in one
 * piece or in several. A part of which no section comes is null. `between` stands between the values: a line feed, so
 * that each record has a line of its own, or nothing, so that the document is one line.
 */
export function openDocument(sink: Sink, of: RecordTable, between: '\n' | ''): Renderer {
  const parts = Object.entries(of.parts ?? {});
  /** How many parts have been begun or passed over; the last of them is open. */
  let begun = 0;
  let open: Part | null = null;
  let isHeaded = false;
  let rowsOfPart = 0;

  const closed = (): string => {
    const end =
      open?.isMany === true
        ? rowsOfPart === 0
          ? ']'
          : `${between}]`
        : open !== null && rowsOfPart === 0
          ? 'null'
          : '';
    open = null;
    rowsOfPart = 0;
    return end;
  };
  /** What stands before the rows of the next part. */
  const begin = (at: number): string => {
    const passed = parts.slice(begun, at).map(([name]) => `,${between}${JSON.stringify(name)}:null`);
    const [name, part] = parts[at]!;
    const text = `${closed()}${passed.join('')},${between}${JSON.stringify(name)}:${part.isMany ? '[' : ''}`;
    begun = at + 1;
    open = part;
    return text;
  };
  const writeRows = async (table: RecordTable, rows: Iterable<AnyRow>): Promise<void> => {
    const lineOf = compileJson(table, Object.keys(table.fields));
    for (const row of rows) {
      const before = rowsOfPart++ === 0 ? (open?.isMany === true ? between : '') : `,${between}`;
      const wait = sink.write(before + lineOf(row));
      if (wait !== undefined) await wait;
    }
  };
  const writeHead = async (rows: Iterable<AnyRow>): Promise<void> => {
    const lineOf = compileJson(of, Object.keys(of.fields));
    for (const row of rows) {
      isHeaded = true;
      await sink.write(lineOf(row).slice(0, -1));
    }
  };

  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ table, rows }) {
      if (table === of) return writeHead(rows);
      const at = parts.findIndex(([, part]) => part.of === table);
      if (!isHeaded || at < begun - 1) throw new Error(`a section of ${table.type} is not where the document has it`);
      if (at >= begun) await sink.write(begin(at));
      await writeRows(table, rows);
    },
    endSnapshot: () => sink.flush(),
    async end() {
      if (isHeaded) {
        const left = parts.slice(begun).map(([name]) => `,${between}${JSON.stringify(name)}:null`);
        await sink.write(`${closed()}${left.join('')}${between}}\n`);
      }
      await sink.flush();
    },
  };
}
