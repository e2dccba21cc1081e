import type { Packet } from '../../packet.ts';

/** Methods that change how the answer ends. */
export const OTHER = 0;
export const HEAD = 1;
export const CONNECT = 2;
export const SSTP = 3;

/** `detail` of a message that came before: it was sent again. */
export const REPEATED = Symbol('repeated');

/** A request and its response: `detail` of the messages of both. */
export class HttpExchange {
  readonly method: number;
  /** Sequence numbers where the request begins, and behind its header block. */
  readonly seq: number;
  readonly headEnd: number;
  /** What the client had of the server when it began the request. */
  readonly ack: number;
  /** When the header block was whole. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** The capture does not have the request. */
  readonly isLost: boolean;
  /** A message of the request has been told of. */
  isReported = false;

  constructor(
    method: number,
    seq: number,
    headEnd: number,
    ack: number,
    { seconds, nanoseconds }: Packet,
    isLost = false,
  ) {
    this.method = method;
    this.seq = seq;
    this.headEnd = headEnd;
    this.ack = ack;
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    this.isLost = isLost;
  }
}
