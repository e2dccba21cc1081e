import { isDeepStrictEqual } from 'node:util';
import { openPacketList } from '../../../src/commands/capture/packet-list.ts';
import { openMarkdownRenderer } from '../../../src/core/output/markdown.ts';
import { openPalette } from '../../../src/core/output/palette.ts';
import { openParquetRenderer } from '../../../src/core/output/parquet.ts';
import { openRenderer, type Renderer } from '../../../src/core/output/renderer.ts';
import { openTableRenderer } from '../../../src/core/output/table-renderer.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import { PacketRows } from '../../../src/core/packet/packet-rows.ts';
import type { AnyRow, Section } from '../../../src/core/record/table.ts';
import { packet as packetTable } from '../../../src/core/record/tables/packet.ts';
import { STATISTICS, type StatisticName } from '../../../src/core/stats/names.ts';
import { StatisticsOfRun } from '../../../src/core/stats/run.ts';
import { openMemorySink } from '../../support/memory-sink.ts';
import { asInParquet, readParquet } from '../../support/parquet.ts';
import { checkedRows, checkNdjson, checkShown, unpainted } from '../checks.ts';
import { Broken } from '../finding.ts';
import { FrameSource, makePackets } from '../packets.ts';
import type { Target } from '../target.ts';
import { NO_FILE } from './stats.ts';

const NAMES = Object.keys(STATISTICS) as StatisticName[];

/** Tables for people are laid out slowly. */
const MOST_PIECES = 16;

/** Records of damaged packets and of their statistics, in every format. */
export const formats: Target = {
  name: 'formats',
  share: 8,
  async open(corpus) {
    const source = new FrameSource();
    const table = { header: true, numerals: plainNumerals, onHidden: () => {} };
    const palettes = [await openPalette(0), await openPalette(3)];
    return {
      make: (prng) => {
        const input = makePackets(prng, corpus);
        return { ...input, pieces: input.pieces.slice(0, MOST_PIECES) };
      },
      async run(input) {
        const rows: AnyRow[] = [];
        const packets = new PacketRows();
        const run = new StatisticsOfRun(NAMES, { bucketMs: 1000, owners: new PktapOwners() });
        source.feed(input, (packet) => {
          run.dissector.dissect(packet);
          for (const listener of run.listeners) run.dissector.faults.take(packet, listener);
          packets.see(packet);
          rows.push(packets.row(packet));
        });
        const sections = checkedRows([{ table: packetTable, rows }, ...run.sections(NO_FILE, 'x.pcap')]);
        checkNdjson(await printed(sections, (sink) => openRenderer(sink, 'ndjson', true)), true);
        checkJson(await printed(sections, (sink) => openRenderer(sink, 'json', true)));
        checkTsv(await printed(sections.slice(0, 1), (sink) => openRenderer(sink, 'tsv', false)), sections[0]!);
        checkShown(await printed(sections, (sink) => openRenderer(sink, 'csv', true)), 'csv');
        checkMarkdown(
          await printed(sections.slice(0, 1), (sink) => openMarkdownRenderer(sink, false, plainNumerals)),
          sections[0]!,
        );
        await checkParquet(sections[0]!);
        const palette = palettes[input.pieces.length % 2]!;
        const columns = input.pieces.length % 3 === 0 ? 20 + input.pieces.length : null;
        const options = { ...table, palette, terminalColumns: () => columns };
        checkShown(unpainted(await printed(sections, (sink) => openTableRenderer(sink, options))), 'table');
        checkShown(
          unpainted(await printed(sections.slice(0, 1), (sink) => openPacketList(sink, options))),
          'packet list',
        );
      },
    };
  },
};

async function printed(
  sections: readonly Section[],
  open: (sink: ReturnType<typeof openMemorySink>) => Renderer,
): Promise<string> {
  const sink = openMemorySink();
  const renderer = open(sink);
  for (const { table, rows } of sections) await renderer.write({ table, rows, fields: Object.keys(table.fields) });
  await renderer.endSnapshot();
  await renderer.end();
  return sink.text();
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Broken(`json: ${String(error)}`);
  }
  checkShown(text, 'json');
}

/** What is read back is what was written. */
async function checkParquet(section: Section): Promise<void> {
  const { table, rows } = section;
  const fields = Object.keys(table.fields);
  const options = { table, fields, onOther: () => {}, onUnheld: () => {} };
  const bytes = Buffer.from(await printed([section], (sink) => openParquetRenderer(sink, options)), 'latin1');
  const expected = Array.from(rows, (row) => asInParquet(table, fields, row));
  if (!isDeepStrictEqual(await readParquet(bytes), expected)) throw new Broken('parquet: not what was written');
}

/** One record one line, one field one cell. */
function checkTsv(text: string, { table, rows }: Section): void {
  checkShown(text, 'tsv', true);
  const lines = text.split('\n').slice(0, -1);
  if (lines.length !== [...rows].length) throw new Broken(`tsv: ${lines.length} lines for ${[...rows].length} records`);
  const cells = Object.keys(table.fields).length;
  for (const line of lines)
    if (line.split('\t').length !== cells) throw new Broken(`tsv: ${line.split('\t').length} cells`);
}

/** One record one line, one field one cell: a bar that is escaped ends none. */
function checkMarkdown(text: string, { table, rows }: Section): void {
  checkShown(text, 'markdown');
  const lines = text.split('\n').slice(0, -1);
  if (lines.length !== [...rows].length) throw new Broken(`markdown: ${lines.length} lines of records`);
  const cells = Object.keys(table.fields).length;
  for (const line of lines) {
    const found = line.replace(/\\./gs, '').split('|').length - 2;
    if (found !== cells) throw new Broken(`markdown: ${found} cells instead of ${cells}`);
  }
}
