import type { PlaintextListener, Secrecy } from '../wire/app/plaintext-listener.ts';
import { ByFlow } from '../wire/by-flow.ts';
import type { Direction } from '../wire/direction.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';
import type { Followed, Piece } from './reassembly.ts';
import { type Follower, NOTHING } from './stream-follower.ts';

/** One side of a session: what of it was opened. How many bytes an encrypted record holds is not known, so none are missing. */
class PlaintextSide implements Followed {
  bytes = 0;
  /** Places, behind a record that was opened, where others were not. */
  gaps = 0;
  readonly missing = 0;
  readonly heldBytes = 0;
  /** Records that were not opened, and why the last one was not. */
  closed = 0;
  why: Secrecy | null = null;
  wasClosed = false;
}

interface Session {
  readonly sides: readonly [PlaintextSide, PlaintextSide];
}

/** Records of one side that stay encrypted. */
export interface Encrypted {
  readonly direction: Direction;
  readonly records: number;
  readonly why: Secrecy;
  /** Others of this side were opened. */
  readonly isPart: boolean;
}

/**
 * Follows what was inside TLS in the TCP connections that were asked for: the listener of a dissector, which puts
 * records in order. Each piece is a record. With null for `deliver`, pieces are only counted.
 */
export class PlaintextFollower implements Follower, PlaintextListener {
  private readonly wants: (flow: Flow) => boolean;
  private readonly deliver: ((flow: Flow, piece: Piece) => void) | null;
  private readonly sessions = new ByFlow<Session>(({ isForgotten }) => isForgotten);

  constructor(wants: (flow: Flow) => boolean, deliver: ((flow: Flow, piece: Piece) => void) | null) {
    this.wants = wants;
    this.deliver = deliver;
  }

  opened(packet: Packet, plaintext: Uint8Array): void {
    const side = this.sideOf(packet);
    if (side === null) return;
    const { direction, number, seconds, nanoseconds } = packet;
    const offset = side.bytes;
    side.bytes += plaintext.length;
    side.wasClosed = false;
    this.deliver?.(packet.flow!, {
      ...{ direction, offset, missing: 0, bytes: plaintext, start: 0, end: plaintext.length },
      ...{ packet: number, seconds, nanoseconds },
    });
  }

  closed(packet: Packet, why: Secrecy): void {
    const side = this.sideOf(packet);
    if (side === null) return;
    side.closed++;
    side.why = why;
    if (side.bytes > 0 && !side.wasClosed) side.gaps++;
    side.wasClosed = true;
  }

  ingest(): void {
    // the dissector tells of what it opens
  }

  end(): void {
    // nothing waits
  }

  forget(): void {
    // what stays encrypted is asked for when the stream is over; it goes with the flow
  }

  sidesOf(flow: Flow): readonly [Followed, Followed] {
    return this.sessions.get(flow)?.sides ?? [NOTHING, NOTHING];
  }

  /** Whether records of TLS with application data were met. */
  has(flow: Flow): boolean {
    return this.sessions.has(flow);
  }

  /**
   * What stays encrypted. Records before the first one that is opened do not count: those of a handshake in TLS 1.3 look the
   * same, and have secrets of their own.
   */
  encryptedOf(flow: Flow): readonly Encrypted[] {
    const sides = this.sessions.get(flow)?.sides ?? [];
    return sides.flatMap(({ bytes, gaps, closed, why }, side) =>
      why === null || (bytes > 0 && gaps === 0)
        ? []
        : [{ direction: side === 0 ? 0 : 1, records: closed, why, isPart: bytes > 0 } as const],
    );
  }

  private sideOf({ flow, direction }: Packet): PlaintextSide | null {
    if (flow === null || !this.wants(flow)) return null;
    let session = this.sessions.get(flow);
    if (session === undefined) {
      session = { sides: [new PlaintextSide(), new PlaintextSide()] };
      this.sessions.set(flow, session);
    }
    return session.sides[direction];
  }
}
