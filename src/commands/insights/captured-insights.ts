import { formatTimestamp } from '../../core/capture/timestamp.ts';
import { RULES } from '../../core/insight/all-rules.ts';
import { InsightEngine } from '../../core/insight/insight-engine.ts';
import { observedSections, statisticsFor } from '../../core/insight/observed-statistics.ts';
import { type Section, type Snapshot, section } from '../../core/record/table.ts';
import { insight } from '../../core/record/tables/insight.ts';
import { StatisticsOfRun } from '../../core/stats/run.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { openPackets } from '../packets/open-packets.ts';
import { forgottenOf } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';
import type { CapturedInsightRequest } from './insight-request.ts';
import { ModelComments } from './model-comments.ts';
import { moreGap } from './more-findings.ts';

/**
 * What the rules find in a capture, once all of it has been read, and then what a model says of it. Rejects as `openPackets`
 * and `ModelComments` do.
 */
export async function* readCapturedInsights(
  context: Context,
  asked: CapturedInsightRequest,
  { reportGap, showNow }: Pick<Request, 'reportGap' | 'showNow'>,
): AsyncGenerator<Snapshot> {
  const dissector = new Dissector(REGISTRY);
  const engine = new InsightEngine(RULES, asked.thresholds, dissector.faults);
  const comments = await ModelComments.open(context, asked.model);
  const gatherer = comments?.gatherer ?? null;
  const source = await openPackets(context, asked.packets, { dissector, showsRows: false, asksOwners: false });
  const { feed, owners, file } = source;
  const run = new StatisticsOfRun(
    [...new Set([...statisticsFor(engine.reads), ...(comments?.statistics ?? [])])],
    { bucketMs: 1000, owners, communityIds: false },
    dissector,
  );
  feed.listen(...run.listeners, ...engine.packetListeners());
  feed.listenToHeld(...run.heldListeners);
  const { packet } = feed;
  const ingest = (sections: readonly Section[]): void => {
    gatherer?.ingestSections(sections);
    for (const one of observedSections(sections)) {
      engine.ingest(one, now());
      gatherer?.ingest(one);
    }
  };
  let ask = (): AsyncGenerator<Snapshot> | null => null;
  const now = (): number => packet.seconds + packet.nanoseconds / 1e9;
  try {
    for await (const _ of feed.pieces(source.signal)) {
      ingest(run.first());
    }
    ingest(run.sections(feed.reader, file));
    const time = packet.number === 0 ? null : formatTimestamp(packet.seconds, packet.nanoseconds);
    const { rows, more } = engine.found(now(), time);
    yield [section(insight, rows)];
    for (const gap of [...moreGap(more), ...forgottenOf(dissector.flows)]) await reportGap(gap);
    ask = () => comments?.comment(rows, now(), time, showNow) ?? null;
  } finally {
    sayFaults(context, dissector.faults, file);
    await source.finish();
  }
  // a model may take its time: what is to be said of the file is said before
  yield* ask() ?? [];
}
