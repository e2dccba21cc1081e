import type { AnyRow, RecordTable, Snapshot } from '../../core/record/table.ts';
import { segment } from '../../core/record/tables/segment.ts';
import { stream } from '../../core/record/tables/stream.ts';
import { type LiveStreamOptions, LiveStreams, type StreamListener } from '../../core/stream/live-streams.ts';
import { PlaintextFollower } from '../../core/stream/plaintext-follower.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Flow } from '../../core/wire/flow.ts';
import type { Context } from '../context/context.ts';
import { openPackets } from '../packets/open-packets.ts';
import { sayFaults } from '../reading/say-faults.ts';
import { footerOf, printedPiece, textOf, titleOf } from './follow-print.ts';
import { segmentOf } from './follow-records.ts';
import type { FollowRequest } from './follow-request.ts';
import { flowsMeant, isShown } from './follow-selection.ts';
import { EncryptedStreams, whyInPart, whyNothing } from './say-encrypted.ts';

/** Milliseconds between two checks for streams that are over, while no packets come. */
const LOOK_MS = 250;

/** How a mode shows the streams: rows to print, and whether nothing more will come. */
interface Teller extends StreamListener {
  readonly wants: LiveStreamOptions['wants'];
  taken(): Snapshot;
  isDone(): boolean;
  /** Nothing more is told. */
  end(): void;
}

/**
 * The streams of the machine as they happen, until it is interrupted, the duration has passed, or the one stream is
 * over.
 */
export async function* followLive(
  context: Context,
  asked: FollowRequest,
  asksOwners: boolean,
): AsyncGenerator<Snapshot> {
  const { clock } = context;
  const plaintext = asked.isInsideTls
    ? new PlaintextFollower(flowsMeant(asked), (flow, piece) => streams.take(flow, piece))
    : null;
  const teller = asked.mode === 'print' ? tellOne(context, asked, plaintext) : tellAll(context, asked, plaintext);
  const dissector = new Dissector(REGISTRY, { plaintext });
  const { faults } = dissector;
  const use = { dissector, showsRows: true, asksOwners };
  const { feed, owners, stop, finish } = await openPackets(context, asked.packets, use);
  const options: LiveStreamOptions = {
    mostEarlyBytes: asked.mostEarlyBytes,
    mostSegments: asked.mostSegments,
    mostBytes: asked.mostBytes,
    wants: teller.wants,
    pick: asked.pick,
    ownerOf: (flow) => {
      const { a, b } = owners.sidesOf(flow);
      return a ?? b;
    },
    ...(plaintext === null ? {} : { follower: plaintext }),
  };
  const streams = new LiveStreams(dissector.flows, options, teller);
  feed.listen((packet) => streams.ingest(packet));
  let due = clock.monotonic();
  try {
    for (let more = feed.fill(); ; ) {
      const there = await within(context, more);
      if (there === false) break;
      if (there === true) feed.drain();
      if (clock.monotonic() >= due) {
        faults.attempt(() => streams.expire(clock.now() / 1000));
        due = clock.monotonic() + LOOK_MS;
      }
      yield teller.taken();
      if (teller.isDone()) break;
      if (there === true) more = feed.fill();
    }
    faults.attempt(() => streams.end());
    yield teller.taken();
  } finally {
    teller.end();
    stop();
    sayFaults(context, faults);
    await finish();
  }
}

/** The result; null when it takes longer than the time left. */
async function within({ clock }: Context, more: Promise<boolean>): Promise<boolean | null> {
  const over = new AbortController();
  try {
    return await Promise.race([more, clock.sleep(LOOK_MS, over.signal).then(() => null)]);
  } finally {
    over.abort();
  }
}

/** Prints records: streams when they are over; for `records` also when they begin, with their segments between. */
function tellAll(context: Context, asked: FollowRequest, plaintext: PlaintextFollower | null): Teller {
  const { mode } = asked;
  const encrypted = plaintext === null ? null : new EncryptedStreams(plaintext);
  let sections: { table: RecordTable; rows: AnyRow[] }[] = [];
  const add = (table: RecordTable, row: AnyRow): void => {
    const last = sections.at(-1);
    if (last?.table === table) last.rows.push(row);
    else sections.push({ table, rows: [row] });
  };
  return {
    wants: flowsMeant(asked),
    begun(_flow, row) {
      if (mode === 'records') add(stream, row);
    },
    piece(flow, piece) {
      if (mode === 'records' && isShown(asked, piece)) add(segment, segmentOf(flow, piece));
    },
    over(flow, row) {
      encrypted?.add(flow);
      add(stream, row);
    },
    taken() {
      const taken = sections;
      sections = [];
      return taken;
    },
    isDone: () => false,
    end() {
      const sentence = encrypted?.sentence() ?? null;
      if (sentence !== null) context.warn(sentence);
    },
  };
}

/** Prints the first stream that is picked, as readable text or as it was sent. */
function tellOne(context: Context, asked: FollowRequest, plaintext: PlaintextFollower | null): Teller {
  const isMeant = flowsMeant(asked);
  const text = textOf(asked.format);
  let rows: AnyRow[] = [];
  let chosen: Flow | null = null;
  let pieces = 0;
  let isDone = false;
  return {
    wants: (flow) => (chosen === null ? isMeant(flow) : flow === chosen),
    begun(flow) {
      if (chosen !== null) return;
      chosen = flow;
      context.say(titleOf(flow));
    },
    piece(flow, piece) {
      if (flow !== chosen || !isShown(asked, piece)) return;
      pieces++;
      rows.push(printedPiece(piece, text));
    },
    over(flow, _row, sides) {
      if (flow !== chosen) return;
      const end = text?.end() ?? '';
      if (end !== '') rows.push({ dir: 'a', printed: end });
      const missing = plaintext && (whyNothing(plaintext, flow) ?? whyInPart(plaintext, flow));
      if (missing !== null) context.warn(missing);
      context.say(footerOf(flow, sides, pieces));
      isDone = true;
    },
    taken() {
      const taken = rows;
      rows = [];
      return [{ table: segment, rows: taken }];
    },
    isDone: () => isDone,
    end: () => {},
  };
}
