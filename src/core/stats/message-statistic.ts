import type { JsonLine } from '../output/json-line.ts';
import type { AnyRow, RecordTable, Section } from '../record/table.ts';
import type { Packet } from '../wire/packet.ts';
import type { AwaitedRows } from './awaited-rows.ts';
import type { RowBlock, RowPlace } from './row-block.ts';
import type { Loss, OpenStatistic } from './statistic.ts';
import { sectionAt } from './written-rows.ts';

/** What a statistic does around the moment at which rows are taken out. */
interface Around {
  readonly before: () => void;
  readonly after: () => void;
}

/** The statistic of messages whose records wait in `rows` for their answers; `ingest` adds to them. */
export function messageStatistic<Row extends AnyRow, Block extends RowBlock<Row>>(
  table: RecordTable,
  rows: AwaitedRows<Row, Block>,
  line: JsonLine<RowPlace<Block>> | null,
  ingest: (packet: Packet) => void,
  around: Around | null = null,
): OpenStatistic {
  const taken = (take: () => Iterable<RowPlace<Block>>): Section => {
    around?.before();
    const places = take();
    around?.after();
    return sectionAt(table, places, line);
  };
  return {
    ingest,
    ingestHeld: ingest,
    sections: () => [taken(() => rows.all())],
    fresh: (now) => [taken(() => rows.takeComplete(now))],
    first: () => (rows.hasMany ? taken(() => rows.takeFirst()) : null),
    losses: () => lossesOf(table.type, rows),
  };
}

const NO_ROOM = 'there was no room for more in memory; asked for alone, records are printed as they are read';
const TOO_MANY = 'too many waited at once';

/** The losses of a statistic of messages. */
function lossesOf(
  type: string,
  { dropped, unawaited }: { readonly dropped: number; readonly unawaited: number },
): readonly Loss[] {
  return [
    { what: `${type} record`, count: dropped, fate: 'left out', reason: NO_ROOM },
    { what: `${type} record`, count: unawaited, fate: 'printed without their answers', reason: TOO_MANY },
  ].filter(({ count }) => count > 0);
}
