import { TcpConnection } from './tcp-connection.ts';
import { connectionAfterSyn, NO_SYN, packSyn, scaleOfSyn, windowOfSyn } from './tcp-first-syn.ts';
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

/** The words of IPv6 addresses after the first. */
interface OtherWords {
  readonly a1: number;
  readonly a2: number;
  readonly a3: number;
  readonly b1: number;
  readonly b2: number;
  readonly b3: number;
}

const CURRENT = 0;
const OVER = 1;
const FORGOTTEN = 2;

/**
 * Two endpoints and the transport between them: one TCP connection, or all datagrams of a UDP or SCTP 5-tuple. A sent
 * the first packet seen. Counters are of frames (bytes on the wire), for packets with a transport header of it: of a tunnel,
 * or inside one.
 */
export class Flow {
  /** Number of the stream, from 0, counted for each transport by itself; who dissects packets again gives it that of the first time. */
  stream: number;
  /** The transport, and the version of IP in the lowest byte. */
  private readonly kind: number;
  /** The port of A in the upper half, that of B in the lower. */
  private readonly ports: number;
  /** The first words of the addresses; those of IPv4 have no others. */
  readonly a0: number;
  readonly b0: number;
  private readonly others: OtherWords | null;

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
  /** Number of the last packet that had it in any layer. */
  lastPacket = 0;
  private phase = CURRENT;

  /** The protocol this flow is known to carry, by an earlier packet or by another flow that announced it. */
  application: Application | null = null;
  /** The last application protocol that took a packet of it; what `app` shows. */
  recognised: Application | null = null;
  /** What `application` remembers from packet to packet; only its own file knows the shape. */
  applicationState: unknown = null;
  /** Of a connection of which a SYN without data is all there was so far, what `packSyn` makes of it; or NO_SYN. */
  private syn = NO_SYN;
  private synSeq = 0;
  private connection: TcpConnection | null = null;

  constructor(
    stream: number,
    transport: number,
    { ipVersion, src0, src1, src2, src3, dst0, dst1, dst2, dst3 }: Addresses,
    aPort: number,
    bPort: number,
  ) {
    this.stream = stream;
    this.kind = (transport << 8) | ipVersion;
    this.ports = (aPort << 16) | bPort;
    this.a0 = src0;
    this.b0 = dst0;
    this.others = ipVersion === 6 ? { a1: src1, a2: src2, a3: src3, b1: dst1, b2: dst2, b3: dst3 } : null;
  }

  /** 6, 17 or 132. */
  get transport(): number {
    return this.kind >> 8;
  }

  /** 4 or 6; 0 for none. */
  get ipVersion(): number {
    return this.kind & 0xff;
  }

  get aPort(): number {
    return this.ports >>> 16;
  }

  get bPort(): number {
    return this.ports & 0xffff;
  }

  get a1(): number {
    return this.others === null ? 0 : this.others.a1;
  }

  get a2(): number {
    return this.others === null ? 0 : this.others.a2;
  }

  get a3(): number {
    return this.others === null ? 0 : this.others.a3;
  }

  get b1(): number {
    return this.others === null ? 0 : this.others.b1;
  }

  get b2(): number {
    return this.others === null ? 0 : this.others.b2;
  }

  get b3(): number {
    return this.others === null ? 0 : this.others.b3;
  }

  /** Too many others have come since: a packet with its endpoints begins a new flow. */
  get isOver(): boolean {
    return this.phase !== CURRENT;
  }

  /** The table has forgotten it: whatever is kept for it may go. */
  get isForgotten(): boolean {
    return this.phase === FORGOTTEN;
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
    this.syn = NO_SYN;
    return this.connection;
  }

  /** Whether a SYN without data is all there was of a connection so far; then nothing is kept of it but that. */
  get hasSynAlone(): boolean {
    return this.syn !== NO_SYN;
  }

  /** Whether no segment of it came before. */
  get isBlank(): boolean {
    return this.connection === null && !this.hasSynAlone;
  }

  /** Its first segment is a SYN, without data, with this window and shift of the window scale option. */
  beginWithSyn(seq: number, window: number, scale: number): void {
    this.syn = packSyn(window, scale);
    this.synSeq = seq;
  }

  private connectionOfSyn(): TcpConnection {
    const { syn, synSeq, aPort, bPort, firstSeconds, firstNanoseconds } = this;
    return connectionAfterSyn(
      {
        direction: 0,
        srcPort: aPort,
        dstPort: bPort,
        tcpFlags: SYN,
        tcpSeq: synSeq,
        tcpAck: 0,
        tcpWindow: windowOfSyn(syn),
        seconds: firstSeconds,
        nanoseconds: firstNanoseconds,
      },
      scaleOfSyn(syn),
    );
  }

  /** Nothing more is expected: what waited for its next packets is freed, its results are kept. */
  finish(): void {
    if (this.phase === CURRENT) this.phase = OVER;
    this.applicationState = null;
    if (this.connection !== null) settle(this.connection);
  }

  /** Nobody will read it any more. */
  forget(): void {
    this.phase = FORGOTTEN;
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
