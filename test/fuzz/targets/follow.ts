import { segmentOf } from '../../../src/commands/follow/follow-records.ts';
import { segment } from '../../../src/core/record/tables/segment.ts';
import { stream } from '../../../src/core/record/tables/stream.ts';
import { LiveStreams } from '../../../src/core/stream/live-streams.ts';
import { StreamFollower } from '../../../src/core/stream/stream-follower.ts';
import { StreamSurvey } from '../../../src/core/stream/stream-survey.ts';
import { StreamHex, StreamLines } from '../../../src/core/stream/stream-text.ts';
import { HEADER_REGISTRY, REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import type { Flow } from '../../../src/core/wire/flow.ts';
import { checkRow, checkShown } from '../checks.ts';
import { checkDissector } from '../dissector-faults.ts';
import { FrameSource, makePackets } from '../packets.ts';
import type { Input, Target } from '../target.ts';

const NO_OWNER = (): null => null;
const MOST_EARLY_BYTES = 64 * 1024;

/** Streams put together: of a file in two passes, and live. */
export const follow: Target = {
  name: 'follow',
  share: 64,
  open(corpus) {
    const source = new FrameSource();
    return {
      make: (prng) => makePackets(prng, corpus),
      run(input) {
        if (input.pieces.length % 2 === 0) followFile(source, input);
        else followLive(source, input);
      },
    };
  },
};

function followFile(source: FrameSource, input: Input): void {
  const dissector = new Dissector(REGISTRY);
  const survey = new StreamSurvey(MOST_EARLY_BYTES, () => true);
  source.feed(input, (packet) => {
    dissector.dissect(packet);
    survey.ingest(packet);
  });
  survey.end();
  for (const row of survey.rows(dissector.flows.flows)) checkRow(stream, row);
  checkDissector(dissector);

  const headers = new Dissector(HEADER_REGISTRY);
  const texts = new Map<Flow, readonly [StreamLines, StreamHex]>();
  const follower = new StreamFollower(
    MOST_EARLY_BYTES,
    () => true,
    (flow, piece) => {
      checkRow(segment, segmentOf(flow, piece));
      let of = texts.get(flow);
      if (of === undefined) {
        of = [new StreamLines(), new StreamHex()];
        texts.set(flow, of);
      }
      checkShown(of[0].add(piece), 'follow --as text', true);
      if (piece.end - piece.start < 2000) checkShown(of[1].add(piece), 'follow --as hex');
    },
  );
  source.feed(input, (packet) => {
    headers.dissect(packet);
    follower.ingest(packet);
  });
  follower.end();
  for (const [lines] of texts.values()) checkShown(lines.end(), 'follow --as text', true);
  checkDissector(headers);
}

function followLive(source: FrameSource, input: Input): void {
  const dissector = new Dissector(REGISTRY);
  const options = {
    mostEarlyBytes: MOST_EARLY_BYTES,
    mostSegments: 20,
    mostBytes: 10_000,
    wants: () => true,
    pick: (row: { readonly server_name: string | null; readonly stream: number }) =>
      row.server_name !== null || row.stream % 2 === 0,
    ownerOf: NO_OWNER,
  };
  const streams = new LiveStreams(dissector.flows, options, {
    begun: (_flow, row) => checkRow(stream, row),
    piece: (flow, piece) => checkRow(segment, segmentOf(flow, piece)),
    over: (_flow, row) => checkRow(stream, row),
  });
  source.feed(input, (packet) => {
    dissector.dissect(packet);
    streams.ingest(packet);
    if (packet.number % 8 === 0) streams.expire(packet.seconds + (packet.number % 32 === 0 ? 300 : 2));
  });
  streams.end();
  checkDissector(dissector);
}
