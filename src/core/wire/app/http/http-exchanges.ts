import type { Packet } from '../../packet.ts';
import { HttpExchange, OTHER } from './http-exchange.ts';
import type { HttpSide } from './http-side.ts';

/** Requests of one connection that wait for their answers; of pipelines longer than that the oldest stay alone. */
const MOST_WAITING = 1000;

/**
 * The requests of a connection that wait for their responses. Responses come in the order of requests (RFC 9112, 9.3.2);
 * where bytes are missing, sequence and acknowledgement numbers tell which requests the missing ones answered.
 */
export class HttpExchanges {
  private waiting: HttpExchange[] = [];
  /** The server has acknowledged a request: its acknowledgement numbers mean something. */
  private hasAcknowledged = false;
  /** What the server had of the client when it began responses whose requests had not come. */
  private readonly early: number[] = [];

  /** The header block of the request that began last is whole, and ends before `headEnd`. */
  ask(client: HttpSide, server: HttpSide, method: number, headEnd: number, packet: Packet): HttpExchange {
    const { seq, ack } = client;
    if (client.hasHole && client.hadEnd && after(seq, client.lastEnd)) {
      // at least one request is missing
      const { lastEnd, lastAck } = client;
      this.add(new HttpExchange(OTHER, lastEnd, (lastEnd + 1) | 0, lastAck, packet, true));
    }
    client.hasHole = false;
    server.expect(ack);
    const exchange = new HttpExchange(method, seq, headEnd, ack, packet);
    if (!this.hasAnswered(headEnd)) this.add(exchange);
    return exchange;
  }

  /**
   * The request that the response answers which began last; null when the capture does not have it. An interim response
   * leaves it waiting.
   */
  answer(client: HttpSide, server: HttpSide, isInterim: boolean): HttpExchange | null {
    const { waiting } = this;
    const count = this.answerable(server);
    if (count === 0) {
      if (waiting.length === 0) this.remember(client, server, isInterim);
      return null;
    }
    const index = this.indexBefore(server, count);
    if (index + 1 === waiting.length && server.hasHole && !server.follows && client.lacks(server.ack)) {
      // responses are missing, and the request that this one answers is, too
      waiting.length = 0;
      client.skipTo(server.ack);
      server.hasHole = false;
      return null;
    }
    server.hasHole = false;
    const exchange = waiting[index]!;
    const gone = isInterim ? index : index + 1;
    if (gone === 1) waiting.shift();
    else if (gone > 1) waiting.splice(0, gone);
    return exchange;
  }

  /** A response came without its request, which may follow: the capture has them in another order. */
  private remember(client: HttpSide, server: HttpSide, isInterim: boolean): void {
    client.skipTo(server.ack);
    if (isInterim || this.early.length === MOST_WAITING) return;
    this.early.push(server.ack);
  }

  /** Whether the response to a request whose header block ends before `headEnd` came before it. */
  private hasAnswered(headEnd: number): boolean {
    const { early } = this;
    while (early.length > 0) if (!after(headEnd, early.shift()!)) return true;
    return false;
  }

  private add(exchange: HttpExchange): void {
    if (this.waiting.length === 0) {
      this.waiting = [exchange]; // what is pushed into an empty array gets room for sixteen more, and most hold one
      return;
    }
    if (this.waiting.length === MOST_WAITING) this.waiting.shift();
    this.waiting.push(exchange);
  }

  /** How many of the first requests had come to the server, and had been sent without having the response, when it began. */
  private answerable({ seq, ack }: HttpSide): number {
    const { waiting } = this;
    let count = 0;
    for (; count < waiting.length; count++) {
      const request = waiting[count]!;
      if (after(request.headEnd, ack) || after(request.ack, seq)) break;
    }
    if (count > 0) this.hasAcknowledged = true;
    else if (waiting.length > 0 && !this.hasAcknowledged) return 1; // a capture without acknowledgement numbers
    return count;
  }

  /** Which of the first `count` requests: the first one, unless responses to those before it are missing. */
  private indexBefore({ seq, hasHole, hadEnd, lastEnd, lastSeq, follows }: HttpSide, count: number): number {
    const { waiting } = this;
    if (follows) return 0;
    // a client that sent a request having more than before had the responses to those before it
    const known = hadEnd ? lastEnd : lastSeq;
    let index = 0;
    for (let at = 1; at < count; at++) {
      const { ack } = waiting[at]!;
      if (after(ack, waiting[at - 1]!.ack) && after(ack, known)) index = at;
    }
    if (!hasHole || index + 1 === count) return index;
    // of requests sent together, the hole has the response to the first
    const begin = index > 0 ? waiting[index]!.ack : hadEnd ? lastEnd : seq;
    return after(seq, begin) ? index + 1 : index;
  }
}

/** Whether sequence number `a` is behind `b`. */
function after(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
