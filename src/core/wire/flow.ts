import { TcpConnection } from './tcp-connection.ts';
import { connectionAfterSyn } from './tcp-first-syn.ts';
import { SYN } from './tcp-flags.ts';
import { settle } from './tcp-progress.ts';

/** What a flow knows about the protocol that it carries; every `Protocol` has it. */
export interface Application {
  readonly id: number;
  readonly name: string;
  readonly title: string;
}

/** Addresses of a packet, as it has them: version 4, 6 or 0, and words. */
export interface Addresses {
  readonly ipVersion: number;
  readonly src0: number;
  readonly src1: number;
  readonly src2: number;
  readonly src3: number;
  readonly dst0: number;
  readonly dst1: number;
  readonly dst2: number;
  readonly dst3: number;
}

/**
 * Two endpoints and the transport between them: one TCP connection, or all datagrams of a UDP or SCTP 5-tuple. A sent
 * the first packet seen. Counters are of frames (bytes on the wire), for packets with a transport header of it: of a tunnel,
 * or inside one.
 */
export class Flow {
  /** Number of the stream, from 0, counted for each transport by itself; who dissects packets again gives it that of the first time. */
  stream: number;
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
  /** The least and the greatest time of its packets. */
  firstSeconds = 0;
  firstNanoseconds = 0;
  lastSeconds = 0;
  lastNanoseconds = 0;
  firstPacket = 0;
  /** Number of the last packet that had it in any layer. */
  lastPacket = 0;
  /** Too many others have come since: a packet with its endpoints begins a new flow. */
  isOver = false;
  /** The table has forgotten it: whatever is kept for it may go. */
  isForgotten = false;

  /** The protocol this flow is known to carry, by an earlier packet or by another flow that announced it. */
  application: Application | null = null;
  /** The last application protocol that took a packet of it; what `app` shows. */
  recognised: Application | null = null;
  /** What `application` remembers from packet to packet; only its own file knows the shape. */
  applicationState: unknown = null;
  /** Datagrams nobody recognised, so that guessing can stop. */
  unrecognised = 0;
  /** A SYN without data is all there was of a connection so far; then nothing is kept of it but these. */
  hasSynAlone = false;
  private synSeq = 0;
  private synWindow = 0;
  private synScale = 0;
  private connection: TcpConnection | null = null;

  constructor(
    stream: number,
    transport: number,
    { ipVersion, src0, src1, src2, src3, dst0, dst1, dst2, dst3 }: Addresses,
    aPort: number,
    bPort: number,
  ) {
    this.stream = stream;
    this.transport = transport;
    this.ipVersion = ipVersion;
    this.a0 = src0;
    this.a1 = src1;
    this.a2 = src2;
    this.a3 = src3;
    this.aPort = aPort;
    this.b0 = dst0;
    this.b1 = dst1;
    this.b2 = dst2;
    this.b3 = dst3;
    this.bPort = bPort;
  }

  /** Records that a packet of the flow came at that time; when a clock was set back, times are not in order. */
  see(seconds: number, nanoseconds: number): void {
    if (seconds > this.lastSeconds || (seconds === this.lastSeconds && nanoseconds > this.lastNanoseconds)) {
      this.lastSeconds = seconds;
      this.lastNanoseconds = nanoseconds;
    } else if (seconds < this.firstSeconds || (seconds === this.firstSeconds && nanoseconds < this.firstNanoseconds)) {
      this.firstSeconds = seconds;
      this.firstNanoseconds = nanoseconds;
    } else if (Number.isNaN(this.firstSeconds)) {
      // those before had no time
      this.firstSeconds = this.lastSeconds = seconds;
      this.firstNanoseconds = this.lastNanoseconds = nanoseconds;
    }
  }

  /**
   * What a TCP connection did so far, to be read; null for a flow of another transport. Of a connection that was asked for and
   * no more, it is made anew each time: of scans and floods there are too many to keep it (700 bytes each).
   */
  get tcp(): TcpConnection | null {
    return this.hasSynAlone ? this.connectionOfSyn() : this.connection;
  }

  /** Sequence numbers, analysis and reassembly of a TCP connection, to be continued with its next segment. */
  openTcp(): TcpConnection {
    this.connection ??= this.hasSynAlone ? this.connectionOfSyn() : new TcpConnection();
    this.hasSynAlone = false;
    return this.connection;
  }

  /** Whether no segment of it came before. */
  get isBlank(): boolean {
    return this.connection === null && !this.hasSynAlone;
  }

  /** Its first segment is a SYN, without data, with this window and shift of the window scale option. */
  beginWithSyn(seq: number, window: number, scale: number): void {
    this.hasSynAlone = true;
    this.synSeq = seq;
    this.synWindow = window;
    this.synScale = scale;
  }

  private connectionOfSyn(): TcpConnection {
    const { synSeq, synWindow, synScale, aPort, bPort, firstSeconds, firstNanoseconds } = this;
    return connectionAfterSyn(
      {
        direction: 0,
        srcPort: aPort,
        dstPort: bPort,
        tcpFlags: SYN,
        tcpSeq: synSeq,
        tcpAck: 0,
        tcpWindow: synWindow,
        seconds: firstSeconds,
        nanoseconds: firstNanoseconds,
      },
      synScale,
    );
  }

  /** Nothing more is expected: what waited for its next packets is freed, its results are kept. */
  finish(): void {
    this.isOver = true;
    this.applicationState = null;
    if (this.connection !== null) settle(this.connection);
  }

  /** Both sides took part, and the one that asked continued after the answer: floods do not look like this. */
  get isConversation(): boolean {
    return this.aPackets > 1 && this.bPackets > 0;
  }

  /** A conversation that nobody has ended. */
  get isEstablished(): boolean {
    return this.isConversation && (this.connection === null || this.connection.ended === 0);
  }
}
