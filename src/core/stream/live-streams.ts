import type { PacketOwner } from '../packet/packet-owners.ts';
import type { StreamRow } from '../record/tables/stream.ts';
import type { Flow } from '../wire/flow.ts';
import type { FlowTable } from '../wire/flow-table.ts';
import type { Packet } from '../wire/packet.ts';
import { FlowNames } from './flow-names.ts';
import { HeldStreams } from './held-streams.ts';
import type { Followed, Piece } from './reassembly.ts';
import { type Follower, StreamFollower, TCP, UDP } from './stream-follower.ts';
import { isStreamOver, isStreamPast } from './stream-life.ts';
import { streamRow } from './stream-row.ts';

/** The events of the streams that were picked. */
export interface StreamListener {
  /** The stream is picked: its record, as far as it is known. Its pieces come after this. */
  begun(flow: Flow, row: StreamRow): void;
  piece(flow: Flow, piece: Piece): void;
  /** The stream is over: its complete record, and the outcome of its two sides. */
  over(flow: Flow, row: StreamRow, sides: readonly [Followed, Followed]): void;
}

export interface LiveStreamOptions {
  /** The limit that Reassembly has. */
  readonly mostEarlyBytes: number;
  /** Limits for a stream that is not picked yet. */
  readonly mostSegments: number;
  readonly mostBytes: number;
  /** Whether a flow may be wanted at all, before its record is known. */
  readonly wants: (flow: Flow) => boolean;
  readonly pick: (row: StreamRow) => boolean;
  readonly ownerOf: (flow: Flow) => PacketOwner | null;
  /** Follows in place of what was sent; it passes its pieces to `take`. */
  readonly follower?: Follower;
}

/**
 * Whether a stream is picked is checked again with each of its first pieces, up to this many, and then whenever time
 * moves on.
 */
const MOST_TRIES = 16;

/** A piece of a stream that is not picked yet, with bytes of its own. */
interface HeldPiece extends Piece {
  readonly length: number;
}

interface Tracked {
  picked: boolean;
  tries: number;
  /** The oldest held pieces were dropped. */
  cut: boolean;
}

/**
 * Streams of a running capture: each is reported when it begins, as its pieces come, and when it is over. A stream that
 * is not picked at first may be picked later, when its application, its server or its process is known: until then its
 * pieces are held, within limits.
 */
export class LiveStreams {
  private readonly options: LiveStreamOptions;
  private readonly listener: StreamListener;
  private readonly flows: FlowTable;
  private readonly names = new FlowNames();
  private readonly follower: Follower;
  private readonly tracked = new Map<Flow, Tracked>();
  private readonly held: HeldStreams<Flow, HeldPiece>;
  private pastAt = 0;

  constructor(flows: FlowTable, options: LiveStreamOptions, listener: StreamListener) {
    this.flows = flows;
    this.options = options;
    this.listener = listener;
    this.held = new HeldStreams(options.mostSegments, options.mostBytes);
    this.follower =
      options.follower ??
      new StreamFollower(options.mostEarlyBytes, options.wants, (flow, piece) => this.take(flow, piece));
  }

  ingest(packet: Packet): void {
    const { flow } = packet;
    if (flow === null || (flow.transport !== TCP && flow.transport !== UDP) || !this.options.wants(flow)) return;
    this.names.ingest(packet);
    if (!this.tracked.has(flow)) {
      const tracked = { picked: false, tries: 0, cut: false };
      this.tracked.set(flow, tracked);
      this.decide(flow, tracked);
    }
    this.options.ownerOf(flow); // a short connection is gone when its record is made
    this.follower.ingest(packet);
  }

  /** Time moves on: reports streams that are over, by the wall clock in seconds. */
  expire(now: number): void {
    for (const [flow, tracked] of this.tracked) {
      if (!tracked.picked) this.decide(flow, tracked);
      if (isStreamOver(flow, now)) this.close(flow, tracked);
    }
    if (now < this.pastAt) return;
    this.pastAt = now + PAST_EVERY_S;
    this.flows.release((flow) => isStreamPast(flow, now));
  }

  /** The capture is over, and so is every stream. */
  end(): void {
    for (const [flow, tracked] of this.tracked) {
      if (!tracked.picked) this.decide(flow, tracked);
      this.close(flow, tracked);
    }
  }

  /** The next piece of a stream. */
  take(flow: Flow, piece: Piece): void {
    const tracked = this.tracked.get(flow);
    if (tracked === undefined) return; // late, of a stream that was said to be over
    if (!tracked.picked && tracked.tries < MOST_TRIES) {
      tracked.tries++;
      this.decide(flow, tracked);
    }
    if (tracked.picked) this.listener.piece(flow, piece);
    else this.held.add(flow, copyOf(piece));
  }

  private decide(flow: Flow, tracked: Tracked): void {
    const row = this.rowOf(flow, tracked, this.follower.sidesOf(flow));
    if (!this.options.pick(row)) return;
    tracked.picked = true;
    tracked.cut = this.held.isCut(flow);
    this.listener.begun(flow, row);
    for (const piece of this.held.of(flow)) this.listener.piece(flow, piece);
    this.held.forget(flow);
  }

  private close(flow: Flow, tracked: Tracked): void {
    const sides = this.follower.sidesOf(flow);
    this.follower.forget(flow); // what waited behind a gap comes first
    if (tracked.picked) this.listener.over(flow, this.rowOf(flow, tracked, sides), sides);
    this.tracked.delete(flow);
    this.held.forget(flow);
    this.names.forget(flow);
  }

  private rowOf(flow: Flow, { cut }: Tracked, sides: readonly [Followed, Followed]): StreamRow {
    const row = streamRow(flow, sides, this.names.nameOf(flow), this.options.ownerOf(flow));
    return cut || this.held.isCut(flow) ? { ...row, truncated: true } : row;
  }
}

const PAST_EVERY_S = 10;

function copyOf(piece: Piece): HeldPiece {
  const bytes = piece.bytes.slice(piece.start, piece.end);
  return { ...piece, bytes, start: 0, end: bytes.length, length: bytes.length };
}
