import { UNKNOWN } from './http3-frames.ts';

/** The connection of a stream. */
export interface StreamOwner {
  /** The protocol that the server chose: an empty text for none, null while that is not known. */
  readonly alpn: string | null;
  /** What streams carry, as far as it is known. */
  readonly protocol: string | null;
  /** Forgets a direction of a stream. */
  drop(stream: QuicStream): void;
}

/** One direction of a stream of a QUIC connection. */
export class QuicStream {
  readonly session: StreamOwner;
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
  private takesNext = false;

  constructor(session: StreamOwner, id: number, ofClient: boolean) {
    this.session = session;
    this.id = id;
    this.ofClient = ofClient;
  }

  /** How many of the bytes at `offset`, which go up to `end`, belong to a frame that came before; all when they are a repetition. */
  continued(offset: number, end: number): number {
    const { frameStart, frameEnd } = this;
    if (frameStart === offset && end <= frameEnd) return end - offset;
    if (offset < frameStart || offset >= frameEnd) return 0;
    if (this.takesNext) {
      this.takesNext = false;
      this.frameEnd = end;
    }
    return Math.min(end, this.frameEnd) - offset;
  }

  /** A frame begins at `start`, and wants so many bytes more behind `end`; UNKNOWN for all that come next. */
  goesOn(start: number, end: number, missing: number): void {
    this.frameStart = start;
    this.takesNext = missing === UNKNOWN;
    this.frameEnd = end + (this.takesNext ? 1 : missing);
  }

  /** It gave way to others. */
  leave(): void {
    this.session.drop(this);
  }
}
