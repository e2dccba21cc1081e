import { ByteText } from '../net/byte-text.ts';
import type { AnyRow, RecordTable, Section } from '../record/table.ts';
import { compileCsv, compileTsv, csvHeader, tsvHeader } from './delimited.ts';
import type { TextFormat } from './format.ts';
import { compileJson } from './json.ts';
import type { LineWriter } from './line-writer.ts';
import type { Sink } from './sink.ts';

/** Rows of one table, and the fields of it to print. */
export interface RenderedSection {
  readonly table: RecordTable;
  readonly fields: readonly string[];
  readonly rows: Iterable<AnyRow>;
  /** See Section. */
  readonly writeLine?: Section['writeLine'];
  readonly headline?: ((rows: readonly AnyRow[]) => string) | undefined;
}

/** Prints snapshots in one format. Rows are read once and never gathered, except where a table must be measured. */
export interface Renderer {
  /** Whether records of other types (gap, coverage) may stand between the rows, or would spoil a reader's columns. */
  readonly mixesTypes: boolean;
  /** Whether it draws the whole terminal, so that a message on stderr would tear the picture. */
  readonly ownsTerminal: boolean;
  write(section: RenderedSection): Promise<void>;
  /** Prints what stands above rows, at the end of a run that came to none; absent where that is nothing. */
  readonly head?: (table: RecordTable, fields: readonly string[]) => Promise<void>;
  /** Ends a snapshot: what was written reaches the reader now. */
  endSnapshot(): Promise<void>;
  /** Ends the output; a JSON document is closed here. */
  end(): Promise<void>;
  /** The exit status, of a format that has its own: asked for after the end. */
  readonly status?: () => number;
}

/** The table of a format that holds one record type: a CSV has one header, a Parquet file one schema. */
export interface OneTable {
  readonly table: RecordTable;
  /** Told once of another table, whose rows are left out. */
  readonly onOther: (other: RecordTable) => void;
}

/** Opens the renderer of a format for programs on a sink. `one` is for CSV; without it the first table is the one. */
export function openRenderer(sink: Sink, format: TextFormat, header: boolean, one: OneTable | null = null): Renderer {
  switch (format) {
    case 'ndjson':
      return ofWrittenLines(sink, lineRenderer(sink, compileJson, null, true));
    case 'json':
      return jsonDocument(sink);
    case 'tsv':
      return lineRenderer(sink, compileTsv, header ? tsvHeader : null, false);
    case 'csv':
      return ofOneTable(lineRenderer(sink, compileCsv, header ? csvHeader : null, false), one);
  }
}

type Compile = (table: RecordTable, fields: readonly string[]) => LineWriter;

/** Keeps the compiled writer of each table: compiling is once a run, not once a snapshot. */
function compiledOnce(compile: Compile): Compile {
  const kept = new Map<RecordTable, LineWriter>();
  return (table, fields) => {
    let writer = kept.get(table);
    if (writer === undefined) {
      writer = compile(table, fields);
      kept.set(table, writer);
    }
    return writer;
  };
}

function lineRenderer(
  sink: Sink,
  compile: Compile,
  header: ((fields: readonly string[]) => string) | null,
  mixesTypes: boolean,
): Renderer {
  const writerOf = compiledOnce(compile);
  let headed: RecordTable | null = null;
  return {
    mixesTypes,
    ownsTerminal: false,
    async write({ table, fields, rows }) {
      if (header !== null && headed !== table) {
        // a second record type gets a header of its own after an empty line, so that both can be told apart
        await sink.write(`${headed === null ? '' : '\n'}${header(fields)}\n`);
        headed = table;
      }
      const lineOf = writerOf(table, fields);
      for (const row of rows) {
        const wait = sink.write(`${lineOf(row)}\n`);
        if (wait !== undefined) await wait;
      }
    },
    endSnapshot: () => sink.flush(),
    end: () => sink.flush(),
  };
}

/** What is handed on at once. */
const LINES_BYTES = 64 * 1024;
/** Room for one more; longer ones are rare, and take more of it. */
const LONGEST_USUAL_LINE = 4096;

/** The same, of rows that write their own lines. */
function ofWrittenLines(sink: Sink, renderer: Renderer): Renderer {
  let lines: ByteText | null = null;
  const hand = (written: ByteText): Promise<void> | undefined => {
    const bytes = written.bytes.subarray(0, written.length);
    const wait = sink.writeLines === undefined ? sink.write(Buffer.from(bytes).toString()) : sink.writeLines(bytes);
    if (sink.writeLines === undefined || sink.isIdle?.() === true) written.length = 0;
    else written.take();
    return wait;
  };
  return {
    ...renderer,
    async write(section) {
      const { writeLine, rows } = section;
      if (writeLine === undefined) return renderer.write(section);
      lines ??= new ByteText(LINES_BYTES);
      for (const row of rows) {
        writeLine(lines, row);
        if (lines.length < LINES_BYTES - LONGEST_USUAL_LINE) continue;
        const wait = hand(lines);
        if (wait !== undefined) await wait;
      }
      if (lines.length > 0) await hand(lines);
    },
  };
}

/** A renderer that leaves out the rows of all tables but one: `one`, or else the first. */
export function ofOneTable(renderer: Renderer, one: OneTable | null): Renderer {
  let only = one?.table ?? null;
  const told = new Set<RecordTable>();
  return {
    ...renderer,
    async write(section) {
      only ??= section.table;
      if (section.table.type === only.type) return renderer.write(section);
      if (told.has(section.table)) return;
      told.add(section.table);
      one?.onOther(section.table);
    },
  };
}

function jsonDocument(sink: Sink): Renderer {
  const writerOf = compiledOnce(compileJson);
  let separator = '[\n';
  return {
    mixesTypes: true,
    ownsTerminal: false,
    async write({ table, fields, rows }) {
      const lineOf = writerOf(table, fields);
      for (const row of rows) {
        const wait = sink.write(separator + lineOf(row));
        separator = ',\n';
        if (wait !== undefined) await wait;
      }
    },
    endSnapshot: () => sink.flush(),
    async end() {
      await sink.write(separator === '[\n' ? '[]\n' : '\n]\n');
      await sink.flush();
    },
  };
}
