import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { fieldNamed, type RecordTable } from '../record/table.ts';
import { type ParquetColumn, parquetColumn } from './parquet-column.ts';
import { type OneTable, ofOneTable, type Renderer } from './renderer.ts';
import type { Sink } from './sink.ts';
import { formatNumberOf } from './units.ts';

export interface ParquetOptions extends OneTable {
  readonly fields: readonly string[];
  /** Told at the end of values that a column cannot hold, and that are null in it. */
  readonly onUnheld: (line: string) => void;
}

/**
 * A group is written when it has so many rows, or so much text: it is what memory must hold. Larger ones are smaller on the disk
 * and faster to read, and stop everything else for longer while they are written.
 */
const GROUP_ROWS = 16_384;
const GROUP_CHARACTERS = 16 * 1024 * 1024;

/**
 * Prints the records of one type as a Parquet file: a column for each field, typed by the table, in groups of rows. It can be read
 * when it has its end, so that snapshots are not handed on as they come.
 */
export function openParquetRenderer(sink: Sink, { fields, onUnheld, ...one }: ParquetOptions): Renderer {
  const columns = fields.map((name) => ({
    ...parquetColumn(name, fieldNamed(one.table, name)!),
    data: [] as unknown[],
    /** How many values it could not hold. */
    unheld: 0,
  }));
  const file = openFile(sink, one.table, columns);
  let rows = 0;
  let characters = 0;
  const writeGroup = async (): Promise<void> => {
    if (rows === 0) return;
    await file.write({ columnData: columns.map(({ name, data }) => ({ name, data })), rowGroupSize: rows });
    for (const column of columns) column.data = [];
    rows = 0;
    characters = 0;
  };
  return ofOneTable(
    {
      mixesTypes: false,
      ownsTerminal: false,
      async write(section) {
        for (const row of section.rows) {
          for (const column of columns) {
            const value = row[column.name];
            const converted = value === null || value === undefined ? null : column.convert(value);
            if (converted === undefined) column.unheld++;
            column.data.push(converted ?? null);
            characters += charactersIn(value);
          }
          if (++rows >= GROUP_ROWS || characters >= GROUP_CHARACTERS) await writeGroup();
        }
      },
      endSnapshot: async () => {},
      async end() {
        await writeGroup();
        await file.finish();
        await sink.flush();
        for (const { name, unheld, what } of columns)
          if (unheld > 0) onUnheld(`${name} is null in ${formatNumberOf(unheld, 'row')}, where it was no ${what}`);
      },
    },
    one,
  );
}

const charactersIn = (value: unknown): number =>
  typeof value === 'string' ? value.length : Array.isArray(value) ? value.join().length : 0;

function openFile(sink: Sink, { type, version }: RecordTable, columns: readonly ParquetColumn[]): ParquetWriter {
  const bytes = new ByteWriter();
  const flush = (): Promise<void> | undefined => {
    // a copy: the sink may still hold it when the next group is made
    const written = bytes.getBytes().slice();
    bytes.index = 0;
    return sink.writeBytes(written);
  };
  return new ParquetWriter({
    writer: Object.assign(bytes, { flush, finish: flush }),
    schema: [{ name: type, num_children: columns.length }, ...columns.flatMap(({ elements }) => elements)],
    kvMetadata: [
      { key: 'netwatch.type', value: type },
      { key: 'netwatch.version', value: String(version) },
    ],
    createdBy: 'netwatch',
  });
}
