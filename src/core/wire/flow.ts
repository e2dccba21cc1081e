import type { Protocol } from './protocol.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { NONE } from './tcp-direction.ts';

/**
 * Two endpoints and the transport between them: one TCP connection, or all datagrams of a UDP or SCTP 5-tuple. A sent
 * the first packet seen. Counters are of frames (bytes on the wire), for packets whose innermost transport this is.
 */
export class Flow {
  /** Number of the stream, from 0, counted for each transport by itself. */
  readonly stream: number;
  /** 6, 17 or 132. */
  readonly transport: number;
  /** 4 or 6. IPv4 addresses are in a0 and b0. */
  readonly ipVersion: number;
  readonly a0: number;
  readonly a1: number;
  readonly a2: number;
  readonly a3: number;
  readonly aPort: number;
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly b3: number;
  readonly bPort: number;

  aPackets = 0;
  aBytes = 0;
  bPackets = 0;
  bBytes = 0;
  /** Payload on the wire; what TCP sent again counts again. */
  aPayload = 0;
  bPayload = 0;
  firstSeconds = 0;
  firstNanoseconds = 0;
  lastSeconds = 0;
  lastNanoseconds = 0;
  firstPacket = 0;
  /** Number of the last packet that had it in any layer. */
  lastPacket = 0;
  /** Too many others came since: a packet with its endpoints begins another flow. */
  isOver = false;

  /** The protocol this flow is known to carry, by an earlier packet or by another flow that announced it. */
  application: Protocol | null = null;
  /** The last application protocol that took a packet of it; what `app` shows. */
  recognised: Protocol | null = null;
  /** What `application` remembers from packet to packet; only its own file knows the shape. */
  applicationState: unknown = null;
  /** Datagrams nobody recognised, so that guessing can stop. */
  unrecognised = 0;
  /** Sequence numbers, analysis and reassembly of a TCP connection. */
  tcp: TcpConnection | null = null;

  constructor(
    stream: number,
    transport: number,
    ipVersion: number,
    a: readonly [number, number, number, number, number],
    b: readonly [number, number, number, number, number],
  ) {
    this.stream = stream;
    this.transport = transport;
    this.ipVersion = ipVersion;
    [this.a0, this.a1, this.a2, this.a3, this.aPort] = a;
    [this.b0, this.b1, this.b2, this.b3, this.bPort] = b;
  }

  /** Nothing more is expected of it: what waited for its next packets goes, what is told of it stays. */
  finish(): void {
    this.isOver = true;
    this.applicationState = null;
    if (this.tcp === null) return;
    this.tcp.a.pending = NONE;
    this.tcp.b.pending = NONE;
  }
}
