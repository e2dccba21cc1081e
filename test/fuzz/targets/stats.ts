import type { CaptureReader } from '../../../src/core/capture/capture-reader.ts';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import { STATISTICS, type StatisticName } from '../../../src/core/stats/names.ts';
import { StatisticsOfRun } from '../../../src/core/stats/run.ts';
import { checkedRows } from '../checks.ts';
import { checkDissector } from '../dissector-faults.ts';
import { FrameSource, makePackets } from '../packets.ts';
import type { Target } from '../target.ts';

const NAMES = Object.keys(STATISTICS) as StatisticName[];
/** Of a capture, no more than statistics ask. */
export const NO_FILE = { format: 'pcap', interfaces: [], problems: [] } as unknown as CaptureReader;

/** Every statistic, of a file or, one input in four, as a live run that is asked again and again. */
export const stats: Target = {
  name: 'stats',
  share: 64,
  open(corpus) {
    const source = new FrameSource();
    return {
      make: (prng) => makePackets(prng, corpus),
      run(input) {
        const run = new StatisticsOfRun(NAMES, { bucketMs: 1000, owners: new PktapOwners() });
        const isLive = input.pieces.length % 4 === 3;
        source.feed(input, (packet) => {
          run.dissector.dissect(packet);
          for (const listener of run.listeners) run.dissector.faults.take(packet, listener);
          if (isLive && packet.number % 16 === 0) checkedRows(run.fresh(NO_FILE, null, packet.seconds));
        });
        checkedRows(isLive ? run.rest() : run.sections(NO_FILE, 'x.pcap'));
        checkDissector(run.dissector);
      },
    };
  },
};
