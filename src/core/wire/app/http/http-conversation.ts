import type { Protocol } from '../../protocol.ts';
import { InnerStream } from '../inner-stream.ts';
import { HttpExchanges } from './http-exchanges.ts';
import { HttpSide } from './http-side.ts';

/** What is remembered of an HTTP connection from message to message. */
export class HttpConversation {
  /** A request has been seen: whatever else comes belongs to HTTP. */
  requested = false;
  /** A CONNECT was granted. */
  isTunnel = false;
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
  readonly exchanges = new HttpExchanges();
}
