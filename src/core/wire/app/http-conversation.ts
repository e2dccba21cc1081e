import type { Protocol } from '../protocol.ts';
import { InnerStream } from './inner-stream.ts';

/** Methods that change how the answer ends. */
export const OTHER = 0;
export const HEAD = 1;
export const CONNECT = 2;
export const SSTP = 3;

/** One side of an HTTP connection. */
class HttpSide {
  bodyAt = 0;
  chunkAt = -1;
  chunkLeft = 0;
}

/** What is remembered of an HTTP connection from message to message. */
export class HttpConversation {
  /** A request has been seen: whatever else comes belongs to HTTP. */
  requested = false;
  method = OTHER;
  /** Status of the last response. */
  status = 0;
  /** Port that CONNECT asked for, -1 when it named none. */
  connectPort = -1;
  /** Where the bytes of another protocol begin: packet and offset; 0 while they are HTTP. */
  switchPacket = 0;
  switchOffset = 0;
  /** That protocol, null for one not known. */
  next: Protocol | null = null;
  /** What goes through after CONNECT, or after a switch of protocols. */
  readonly inner = new InnerStream();
  readonly sides: readonly [HttpSide, HttpSide] = [new HttpSide(), new HttpSide()];
}
