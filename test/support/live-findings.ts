import type { CaptureReader } from '../../src/core/capture/capture-reader.ts';
import { InsightEngine } from '../../src/core/insight/insight-engine.ts';
import { observedSections, statisticsFor } from '../../src/core/insight/observed-statistics.ts';
import { WINDOW_S } from '../../src/core/insight/recent-streams.ts';
import type { Rule } from '../../src/core/insight/rule.ts';
import { ThresholdSettings } from '../../src/core/insight/thresholds.ts';
import { PktapOwners } from '../../src/core/packet/packet-owners.ts';
import { StatisticsOfRun } from '../../src/core/stats/run.ts';
import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../src/core/wire/dissector.ts';
import { Packet } from '../../src/core/wire/packet.ts';
import { START, type StatisticFrame } from './run-statistic.ts';
import { dissectFrame } from './wire.ts';

/** How many findings of a rule hold in a live run, so many seconds after the last of the frames. */
export function countsLater(
  rule: Rule,
  frames: readonly (StatisticFrame | Uint8Array)[],
  ...later: readonly number[]
): readonly number[] {
  const dissector = new Dissector(REGISTRY);
  const engine = new InsightEngine([rule], ThresholdSettings.usual, dissector.faults, WINDOW_S);
  const owners = new PktapOwners();
  const run = new StatisticsOfRun(
    statisticsFor(engine.reads),
    { bucketMs: 1000, owners, communityIds: false },
    dissector,
  );
  const listeners = [...run.listeners, ...engine.packetListeners()];
  const packet = new Packet();
  let clock = -1;
  for (const [index, given] of frames.entries()) {
    const frame: StatisticFrame = given instanceof Uint8Array ? { bytes: given } : given;
    clock = frame.milliseconds ?? clock + 1;
    const seconds = START + Math.floor(clock / 1000);
    const nanoseconds = Math.round((clock % 1000) * 1e6);
    dissectFrame(frame.bytes, frame.linkType, dissector, { packet, seconds, nanoseconds, length: frame.length });
    packet.number = index + 1;
    for (const listen of listeners) listen(packet);
  }
  const end = START + clock / 1000;
  const reader = { format: 'pcap', interfaces: [], problems: [] } as unknown as CaptureReader;
  for (const one of observedSections(run.sections(reader, 'x.pcap'))) engine.ingest(one, end);
  return later.map((seconds) => engine.found(end + seconds, null).rows.length);
}
