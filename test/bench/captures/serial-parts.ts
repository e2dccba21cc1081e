// CPU milliseconds of reading a capture, of walking headers and telling flows apart besides, and of all statistics of the bench.
// MORE-CORES.md says what they are for. `serial-parts.ts FILE PART`; prints them as JSON.
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import { OPENERS } from '../../../src/core/stats/all.ts';
import type { StatisticName } from '../../../src/core/stats/names.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { openCaptureSource } from '../../../src/platform/files/capture-source.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';

const [file, part, names] = process.argv.slice(2) as [string, 'read' | 'headers' | 'flows' | 'all', string];
const source = await openCaptureSource(file, realClock, new AbortController().signal);
const reader = await openCaptureReader(source);
const dissector = new Dissector(REGISTRY, { headersAlone: part === 'headers', applications: part === 'all' });
const feed = new PacketFeed(reader, dissector);
const statistics =
  part === 'all'
    ? names.split(',').map((name) => OPENERS[name as StatisticName]({ bucketMs: 1000, owners: new PktapOwners() }))
    : [];
const before = process.cpuUsage();
while (await feed.fill()) {
  while (part === 'read' ? feed.nextFrame() : feed.next()) {
    for (const statistic of statistics) statistic.ingest?.(feed.packet);
  }
}
dissector.end(feed.packet, () => {
  for (const statistic of statistics) statistic.ingestHeld?.(feed.packet);
});
const gathered = process.cpuUsage(before);
let rows = 0;
for (const statistic of statistics) {
  for (const section of statistic.sections({ dissector, reader, file })) for (const _ of section.rows) rows++;
}
const { user, system } = process.cpuUsage(before);
const ms = ({ user: own, system: kernel }: NodeJS.CpuUsage): number => (own + kernel) / 1000;
process.stdout.write(JSON.stringify({ packets: feed.count, gathered: ms(gathered), all: ms({ user, system }), rows }));
