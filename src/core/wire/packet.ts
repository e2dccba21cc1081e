import type { Direction } from './direction.ts';
import type { Flow } from './flow.ts';
import { END } from './outcome.ts';

/** Headers and messages of a frame that are listed; headers end sooner, at MAX_HEADERS. */
export const MAX_LAYERS = 64;
const MAX_EXPERTS = 16;
/** Types of TLS handshake messages that are listed, and what stands for one that is encrypted. */
const MAX_HANDSHAKES = 32;
export const NO_TYPE = 255;

/** `packet.needed`: the message goes on for a length not known yet; call again with the next segment. */
export const NEED_SEGMENT = -1;
/** `packet.needed`: the message ends where the connection does. */
export const NEED_FIN = -2;

/** A whole application message found in the packet, for the statistics that read messages. */
export interface Message {
  /** Id of the protocol it belongs to. */
  protocol: number;
  /** Where it lies: the frame, or a buffer it was reassembled in. Valid until the next packet. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Bytes of the whole message on the wire, where that is more than [start, end). */
  length: number;
  flow: Flow | null;
  direction: Direction;
  /** What a protocol has decoded already and would have to decode again (HTTP/2 header fields). */
  detail: unknown;
}

/**
 * The dissected frame: one object reused for every frame of a run, so that a frame allocates nothing. Offsets are
 * indexes into `bytes`, which is the read buffer, or the buffer a datagram or message was reassembled in.
 */
export class Packet {
  // The frame, as the reader found it.
  /** From 1, in file order. */
  number = 0;
  /** Whole seconds since 1970, may be negative, NaN where the file has no time; `nanoseconds` is 0 to 999,999,999. */
  seconds = 0;
  nanoseconds = 0;
  /** Index of the capture interface (pcapng); 0 for files that know only one. */
  iface = 0;
  linkType = 1;
  /** Bytes on the wire; what was captured, frameEnd - frameStart, may be less. */
  length = 0;
  frame: Uint8Array = new Uint8Array(0);
  frameStart = 0;
  frameEnd = 0;

  // Where dissection stands.
  bytes: Uint8Array = this.frame;
  offset = 0;
  /** No byte at or past this may be read. */
  end = 0;
  /** Where the enclosing lengths say that the data ends; past `end` when the capture cut the frame. */
  reportedEnd = 0;

  // What was found.
  layerCount = 0;
  readonly layerProtocol = new Uint8Array(MAX_LAYERS);
  readonly layerStart = new Int32Array(MAX_LAYERS);
  /** `end` when the layer was begun: header and all it holds. */
  readonly layerEnd = new Int32Array(MAX_LAYERS);
  readonly layerBytes: Uint8Array[] = new Array(MAX_LAYERS).fill(this.frame);
  /** 1 for headers quoted inside an ICMP error: they are shown, and not counted. */
  readonly layerQuoted = new Uint8Array(MAX_LAYERS);
  /** Inside a packet quoted by an ICMP error. */
  quoted = false;
  /** The capture cut the frame before a header was whole. */
  truncated = false;
  /** A length or a field contradicts the bytes. */
  malformed = false;

  /** Addresses of the innermost IP header: 4, 6, or 0 for none. IPv4 is in src0 and dst0. */
  ipVersion = 0;
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;
  /** Protocol of the innermost transport header (6, 17, 132), 0 for none; never one quoted by ICMP. */
  transport = 0;
  srcPort = 0;
  dstPort = 0;
  /** The flow of the innermost transport header. */
  flow: Flow | null = null;
  direction: Direction = 0;
  /** Payload of the innermost transport header, as captured, in `payloadBytes`. */
  payloadBytes: Uint8Array = this.frame;
  payloadStart = 0;
  payloadEnd = 0;
  /** Payload bytes on the wire: more than payloadEnd - payloadStart when the capture cut the frame. */
  payloadLength = 0;

  // The innermost TCP header.
  tcpFlags = 0;
  /** Sequence and acknowledgement number as signed 32 bits: compare with `(a - b) | 0`. */
  tcpSeq = 0;
  tcpAck = 0;
  /** As in the header, not scaled. */
  tcpWindow = 0;
  /** Bits of tcp-analysis.ts. */
  tcpAnalysis = 0;

  /** Sequence number behind what a TCP application is given: of the byte at `end`. */
  endSeq = 0;

  /** See ProtocolDefinition.segment. */
  needed = 0;
  /**
   * With `needed` set: where the bytes begin that nobody needs to see again, nor those still to come; 0 when all are
   * needed. Only [offset, discardFrom) is kept then, so that a long body costs no copy.
   */
  discardFrom = 0;
  /** With NEED_SEGMENT: only [discardFrom, discardTo) is left out, and what comes is kept. */
  discardTo = 0;
  /** Bytes left out so far, after `end` or at `discardTo`, when a segment dissector is called again. */
  elided = 0;
  /** Whether a TCP application may want more: false when the segment was cut, or the connection has ended. */
  canWait = true;

  expertCount = 0;
  /** Ids of expert.ts. */
  readonly experts = new Uint8Array(MAX_EXPERTS);

  /** Types of the TLS handshake messages that end in the packet, in their order; NO_TYPE for one that is encrypted. */
  handshakeCount = 0;
  readonly handshakes = new Uint8Array(MAX_HANDSHAKES);

  messageCount = 0;
  readonly messages: Message[] = [];

  /** Sets the frame; everything found in the one before is forgotten. */
  begin(
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    seconds: number,
    nanoseconds: number,
    iface: number,
    linkType: number,
  ): void {
    this.number++;
    this.frame = bytes;
    this.frameStart = start;
    this.frameEnd = end;
    this.length = length;
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    this.iface = iface;
    this.linkType = linkType;
  }

  /** Back to the start of the frame, nothing found yet. */
  rewind(): void {
    this.bytes = this.frame;
    this.offset = this.frameStart;
    this.end = this.frameEnd;
    this.reportedEnd = this.frameStart + this.length;
    this.layerCount = 0;
    this.quoted = false;
    this.truncated = false;
    this.malformed = false;
    this.ipVersion = 0;
    this.transport = 0;
    this.srcPort = 0;
    this.dstPort = 0;
    this.flow = null;
    this.direction = 0;
    this.payloadStart = 0;
    this.payloadEnd = 0;
    this.payloadLength = 0;
    this.tcpFlags = 0;
    this.tcpAnalysis = 0;
    this.needed = 0;
    this.discardFrom = 0;
    this.discardTo = 0;
    this.elided = 0;
    this.expertCount = 0;
    this.handshakeCount = 0;
    this.messageCount = 0;
  }

  /**
   * A layer begins at `offset`. False when there are too many to list, as a segment may hold more messages than that: they
   * are read all the same, and belong to the last one that is listed.
   */
  push(protocol: number): boolean {
    const index = this.layerCount;
    if (index === MAX_LAYERS) return false;
    this.layerProtocol[index] = protocol;
    this.layerStart[index] = this.offset;
    this.layerEnd[index] = this.end;
    this.layerBytes[index] = this.bytes;
    this.layerQuoted[index] = 0;
    this.layerCount = index + 1;
    return true;
  }

  /** A layer between those there already, at `index`: what precedes what was just dissected. */
  insertLayer(index: number, protocol: number): void {
    if (!this.push(protocol)) return;
    const last = this.layerCount - 1;
    this.layerProtocol.copyWithin(index + 1, index, last);
    this.layerStart.copyWithin(index + 1, index, last);
    this.layerEnd.copyWithin(index + 1, index, last);
    this.layerBytes.copyWithin(index + 1, index, last);
    this.layerQuoted.copyWithin(index + 1, index, last);
    this.layerProtocol[index] = protocol;
    this.layerStart[index] = 0;
    this.layerEnd[index] = this.end;
    this.layerBytes[index] = this.bytes;
    this.layerQuoted[index] = 0;
  }

  /** For a header that does not fit in what is left: truncated by the capture, or malformed. Ends dissection. */
  short(): number {
    if (this.quoted) return END; // an ICMP error carries only the beginning of a packet
    if (this.reportedEnd > this.end) this.truncated = true;
    else this.malformed = true;
    return END;
  }

  /** For a header whose fields contradict each other. Ends dissection. */
  broken(): number {
    if (!this.quoted) this.malformed = true;
    return END;
  }

  /** The data that follows ends `length` bytes after `offset`, where that is no more than there is. */
  endAfter(length: number): void {
    const end = this.offset + length;
    if (end < this.reportedEnd) this.reportedEnd = end;
    if (end < this.end) this.end = end;
  }

  /** As if that side of the flow had sent it. */
  beOf(flow: Flow, direction: Direction): void {
    this.flow = flow;
    this.direction = 0;
    this.transport = flow.transport;
    this.ipVersion = flow.ipVersion;
    this.src0 = flow.a0;
    this.src1 = flow.a1;
    this.src2 = flow.a2;
    this.src3 = flow.a3;
    this.srcPort = flow.aPort;
    this.dst0 = flow.b0;
    this.dst1 = flow.b1;
    this.dst2 = flow.b2;
    this.dst3 = flow.b3;
    this.dstPort = flow.bPort;
    if (direction === 1) this.turn();
  }

  /** As if the other side of the flow had sent it. */
  turn(): void {
    const { src0, src1, src2, src3, srcPort } = this;
    this.src0 = this.dst0;
    this.src1 = this.dst1;
    this.src2 = this.dst2;
    this.src3 = this.dst3;
    this.srcPort = this.dstPort;
    this.dst0 = src0;
    this.dst1 = src1;
    this.dst2 = src2;
    this.dst3 = src3;
    this.dstPort = srcPort;
    this.direction = this.direction === 0 ? 1 : 0;
  }

  expert(id: number): void {
    if (this.expertCount < MAX_EXPERTS) this.experts[this.expertCount++] = id;
  }

  handshake(type: number): void {
    if (this.handshakeCount < MAX_HANDSHAKES) this.handshakes[this.handshakeCount++] = type;
  }

  /**
   * A whole message of `protocol` in `bytes`; returns its record so that `length` and `detail` can be set. What an ICMP
   * error quotes counted where it was sent.
   */
  message(protocol: number, start: number, end: number): Message {
    const message = this.messages[this.messageCount] ?? this.newMessage();
    if (!this.quoted) this.messageCount++;
    message.protocol = protocol;
    message.bytes = this.bytes;
    message.start = start;
    message.end = end;
    message.length = end - start;
    message.flow = this.flow;
    message.direction = this.direction;
    message.detail = null;
    return message;
  }

  /** Whether the packet has a layer of this protocol that is not quoted. */
  has(protocol: number): boolean {
    for (let index = 0; index < this.layerCount; index++) {
      if (this.layerProtocol[index] === protocol && this.layerQuoted[index] === 0) return true;
    }
    return false;
  }

  private newMessage(): Message {
    const message: Message = {
      protocol: 0,
      bytes: this.bytes,
      start: 0,
      end: 0,
      length: 0,
      flow: null,
      direction: 0,
      detail: null,
    };
    this.messages.push(message);
    return message;
  }
}
