import type { CaptureReader } from '../capture/capture-reader.ts';
import { replay } from '../capture/replay.ts';
import type { Section } from '../record/table.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import { Dissector } from '../wire/dissector.ts';
import type { Packet } from '../wire/packet.ts';
import { OPENERS, type StatisticOptions } from './all.ts';
import type { StatisticName } from './names.ts';

/** The records of several statistics over one pass of a capture, in the order of their names. */
export async function runStatistics(
  reader: CaptureReader,
  file: string | null,
  names: readonly StatisticName[],
  options: StatisticOptions,
  signal: AbortSignal,
): Promise<readonly Section[]> {
  const dissector = new Dissector(REGISTRY);
  const open = names.map((name) => OPENERS[name](options));
  const perPacket = open.flatMap(({ ingest }) => (ingest === undefined ? [] : [ingest]));
  await replay(reader, dissector, inTurn(perPacket), signal);
  return open.flatMap((statistic) => statistic.sections({ dissector, reader, file }));
}

function inTurn(all: readonly ((packet: Packet) => void)[]): (packet: Packet) => void {
  return (packet) => {
    for (let index = 0; index < all.length; index++) all[index]!(packet);
  };
}
