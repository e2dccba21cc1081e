import { ByFlow } from '../wire/by-flow.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';
import { type Followed, type Piece, Reassembly } from './reassembly.ts';

export const TCP = 6;
export const UDP = 17;

export const NOTHING: Followed = { bytes: 0, gaps: 0, missing: 0, heldBytes: 0 };
const NEITHER: readonly [Followed, Followed] = [NOTHING, NOTHING];

/** Follows streams: what their sides said is passed on, or only counted. */
export interface Follower {
  ingest(packet: Packet): void;
  /** The capture is over: passes on what waited and may be passed on. */
  end(): void;
  /** The same for one stream, which is then forgotten. */
  forget(flow: Flow): void;
  /** The state of A's and of B's side. */
  sidesOf(flow: Flow): readonly [Followed, Followed];
}

/**
 * Follows the TCP and UDP streams that were asked for, and passes each piece on in sequence order; a datagram is one
 * piece. With null for `deliver`, pieces are only counted.
 */
export class StreamFollower implements Follower {
  private readonly mostHeldBytes: number;
  private readonly wants: (flow: Flow) => boolean;
  private readonly deliver: ((flow: Flow, piece: Piece) => void) | null;
  private readonly connections = new ByFlow<Reassembly>(
    (flow, kept) => flow.isForgotten || (flow.isOver && kept.isEmpty),
  );
  private readonly conversations = new ByFlow<Datagrams>(({ isForgotten }) => isForgotten);

  /** `mostHeldBytes` as in Reassembly. */
  constructor(
    mostHeldBytes: number,
    wants: (flow: Flow) => boolean,
    deliver: ((flow: Flow, piece: Piece) => void) | null,
  ) {
    this.mostHeldBytes = mostHeldBytes;
    this.wants = wants;
    this.deliver = deliver;
  }

  ingest(packet: Packet): void {
    const { flow } = packet;
    if (flow === null || !this.wants(flow)) return;
    if (flow.transport === TCP) this.connection(flow).take(packet);
    else if (flow.transport === UDP) this.conversation(flow).take(packet);
  }

  end(): void {
    for (const connection of this.connections.values()) connection.end();
  }

  forget(flow: Flow): void {
    this.connections.get(flow)?.end();
    this.connections.delete(flow);
    this.conversations.delete(flow);
  }

  sidesOf(flow: Flow): readonly [Followed, Followed] {
    return this.connections.get(flow)?.sides ?? this.conversations.get(flow)?.sides ?? NEITHER;
  }

  private connection(flow: Flow): Reassembly {
    let connection = this.connections.get(flow);
    if (connection === undefined) {
      connection = new Reassembly(this.mostHeldBytes, this.deliverOf(flow));
      this.connections.set(flow, connection);
    }
    return connection;
  }

  private conversation(flow: Flow): Datagrams {
    let conversation = this.conversations.get(flow);
    if (conversation === undefined) {
      conversation = new Datagrams(this.deliverOf(flow));
      this.conversations.set(flow, conversation);
    }
    return conversation;
  }

  private deliverOf(flow: Flow): ((piece: Piece) => void) | null {
    const { deliver } = this;
    return deliver === null ? null : (piece) => deliver(flow, piece);
  }
}

/** Datagrams of one UDP conversation: each is a piece, and what the capture cut off counts as a gap. */
class Datagrams {
  readonly sides: readonly [Mutable, Mutable] = [{ ...NOTHING }, { ...NOTHING }];
  private readonly offsets = [0, 0];
  private readonly holes = [0, 0];
  private readonly deliver: ((piece: Piece) => void) | null;

  constructor(deliver: ((piece: Piece) => void) | null) {
    this.deliver = deliver;
  }

  take({
    direction,
    payloadBytes,
    payloadStart,
    payloadEnd,
    payloadLength,
    number,
    seconds,
    nanoseconds,
  }: Packet): void {
    const captured = payloadEnd - payloadStart;
    if (captured <= 0) return;
    const side = this.sides[direction];
    side.bytes += captured;
    this.deliver?.({
      direction,
      offset: this.offsets[direction]!,
      missing: this.holes[direction]!,
      bytes: payloadBytes,
      start: payloadStart,
      end: payloadEnd,
      packet: number,
      seconds,
      nanoseconds,
    });
    const lost = Math.max(0, payloadLength - captured);
    this.offsets[direction]! += captured + lost;
    this.holes[direction] = lost;
    if (lost === 0) return;
    side.gaps++;
    side.missing += lost;
  }
}

type Mutable = { -readonly [K in keyof Followed]: Followed[K] };
