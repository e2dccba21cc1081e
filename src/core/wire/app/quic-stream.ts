import type { QuicSession } from './quic-session.ts';

/** One direction of a stream of a QUIC connection. */
export class QuicStream {
  readonly session: QuicSession;
  readonly id: number;
  /** The client sends in this direction. */
  readonly ofClient: boolean;
  /** Where in the stream the next byte lies that is wanted; what comes before was read, or is of no interest. */
  base = 0;
  /** Nothing more is read of it. */
  isGivenUp = false;
  /** Of HTTP/3: what a stream of one direction carries; -1 while it is not known. */
  type = -1;
  /** The HTTP/3 frame that goes on in later packets, as Wireshark knows it: for it they have no layer. */
  private frameStart = -1;
  private frameEnd = -1;

  constructor(session: QuicSession, id: number, ofClient: boolean) {
    this.session = session;
    this.id = id;
    this.ofClient = ofClient;
  }

  /** How many of the bytes at `offset`, which go up to `end`, belong to a frame that came before; all when they are a repetition. */
  continued(offset: number, end: number): number {
    const { frameStart, frameEnd } = this;
    if (frameStart === offset && end <= frameEnd) return end - offset;
    return frameStart <= offset && offset < frameEnd ? Math.min(end, frameEnd) - offset : 0;
  }

  /** A frame begins at `start` and goes on up to `end`. */
  goesOn(start: number, end: number): void {
    this.frameStart = start;
    this.frameEnd = end;
  }

  /** It gave way to others. */
  leave(): void {
    this.session.drop(this);
  }
}
