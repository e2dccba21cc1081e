import type { CaptureReader } from '../capture/capture-reader.ts';
import { replay } from '../capture/replay.ts';
import type { Section } from '../record/table.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import { Dissector } from '../wire/dissector.ts';
import type { FlowTable } from '../wire/flow-table.ts';
import type { Packet } from '../wire/packet.ts';
import { OPENERS, type StatisticOptions } from './all.ts';
import type { StatisticName } from './names.ts';

/** What a run over packets found. */
export interface Statistics {
  readonly sections: readonly Section[];
  readonly flows: FlowTable;
}

/** The records of several statistics over one pass of a capture, in the order of their names. */
export async function runStatistics(
  reader: CaptureReader,
  file: string | null,
  names: readonly StatisticName[],
  options: StatisticOptions,
  signal: AbortSignal,
): Promise<Statistics> {
  const dissector = new Dissector(REGISTRY);
  const open = names.map((name) => OPENERS[name](options));
  const perPacket = open.flatMap(({ ingest }) => (ingest === undefined ? [] : [ingest]));
  await replay(reader, dissector, inTurn(perPacket), signal);
  const sections = open.flatMap((statistic) => statistic.sections({ dissector, reader, file }));
  return { sections, flows: dissector.flows };
}

function inTurn(all: readonly ((packet: Packet) => void)[]): (packet: Packet) => void {
  return (packet) => {
    for (let index = 0; index < all.length; index++) all[index]!(packet);
  };
}
