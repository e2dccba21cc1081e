import type { CaptureInterface } from '../capture/capture-reader.ts';
import { EXPERTS } from '../wire/expert.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';
import { LONGEST_TEXT, topLayer } from '../wire/packet-text.ts';
import { PacketColumns } from './packet-columns.ts';
import type { Moment } from './packet-rows.ts';

/** How much a store holds; beyond, the oldest packets go. */
export interface StoreLimits {
  readonly packets: number;
  readonly bytes: number;
}

/** Of a live capture, and of a file. */
export const LIVE_LIMITS: StoreLimits = { packets: 100_000, bytes: 64 * 1024 * 1024 };
export const FILE_LIMITS: StoreLimits = { packets: 1_000_000, bytes: 512 * 1024 * 1024 };

/** Frames are copied into pieces of memory of this size; a longer frame gets its own. */
const CHUNK_BYTES = 1024 * 1024;
/** Packets of a stream are linked through this many chains: a power of two. */
const CHAINS = 65_536;

/** Stands for an interface that is not known. */
const UNTOLD = 0xffff_ffff;

interface Chunk {
  readonly bytes: Uint8Array;
  used: number;
  /** Number of the last packet in it. */
  last: number;
}

/**
 * The newest packets of a capture: their frames, and a few numbers about each. Packets have the numbers that they got, from
 * 1; those from `first` to `last` are held. To add one copies its frame and allocates nothing else.
 */
export class PacketStore {
  first = 1;
  last = 0;
  /** Packets that went because of a limit, since it was empty. */
  lost = 0;
  /** Bytes of memory for frames. */
  bytes = 0;
  readonly limits: StoreLimits;
  /** Of the capture; grows as interfaces are met. */
  readonly interfaces: readonly CaptureInterface[];
  /** The time of the first packet that has one, of all that were added; and of the last that went. */
  private origin: Moment = { seconds: Number.NaN, nanoseconds: 0 };
  private goneSeconds = Number.NaN;
  private goneNanoseconds = 0;
  private readonly columns: PacketColumns;
  private readonly comments = new Map<number, string>();
  private chunks: Chunk[] = [];
  /** The number of the first of them. */
  private firstChunk = 0;
  /** The last packet of each chain. */
  private readonly chains = new Int32Array(CHAINS);

  constructor(interfaces: readonly CaptureInterface[], limits: StoreLimits) {
    this.interfaces = interfaces;
    this.limits = limits;
    this.columns = new PacketColumns(limits.packets);
  }

  get count(): number {
    return this.last - this.first + 1;
  }

  /** Whether an older packet must go for one of so many bytes. */
  isFullFor(captured: number): boolean {
    if (this.count >= this.limits.packets) return true;
    const newest = this.chunks.at(-1);
    if (newest !== undefined && newest.used + captured <= newest.bytes.length) return false;
    return this.chunks.length > 0 && this.bytes + Math.max(CHUNK_BYTES, captured) > this.limits.bytes;
  }

  /** Adds a packet that was just dissected, with its comments. */
  add(packet: Packet, comment: string | null): void {
    const { columns } = this;
    const { frame, frameStart, frameEnd, flow } = packet;
    const captured = frameEnd - frameStart;
    if (this.count >= this.limits.packets) this.dropOldest();
    const chunk = this.chunkFor(captured);
    const number = this.last + 1;
    if (Number.isNaN(this.origin.seconds)) this.origin = { seconds: packet.seconds, nanoseconds: packet.nanoseconds };
    const at = columns.slotFor(number, this.first);
    const offset = chunk.used;
    if (captured > 0) chunk.bytes.set(frame.subarray(frameStart, frameEnd), offset);
    chunk.used += captured;
    chunk.last = number;
    this.last = number;
    columns.seconds[at] = packet.seconds;
    columns.nanoseconds[at] = packet.nanoseconds;
    columns.length[at] = packet.length;
    columns.captured[at] = captured;
    columns.chunk[at] = this.firstChunk + this.chunks.length - 1;
    columns.offset[at] = offset;
    // what a file tells of an interface later does not hold of what came before
    columns.iface[at] = packet.iface < this.interfaces.length ? packet.iface : UNTOLD;
    columns.linkType[at] = packet.linkType;
    columns.experts[at] = expertBits(packet);
    columns.direction[at] = packet.direction;
    columns.top[at] = topOf(packet);
    const stream = flow === null ? -1 : flow.stream;
    const transport = flow === null ? 0 : flow.transport;
    columns.stream[at] = stream;
    columns.transport[at] = transport;
    columns.flow[at] = flow;
    if (comment !== null) this.comments.set(number, comment.slice(0, LONGEST_TEXT));
    const chain = chainOf(transport, stream);
    columns.previous[at] = this.chains[chain]!;
    this.chains[chain] = number;
  }

  /** Forgets all packets; the next one has the next number. */
  clear(): void {
    while (this.count > 0) this.forgetFirst();
    this.lost = 0;
    this.firstChunk += this.chunks.length;
    this.chunks = [];
    this.bytes = 0;
  }

  holds(number: number): boolean {
    return number >= this.first && number <= this.last;
  }

  /** Sets the frame of a packet that is held, as a reader does. */
  load(number: number, packet: Packet): void {
    const { columns } = this;
    const at = columns.slotOf(number);
    const start = columns.offset[at]!;
    packet.number = number - 1;
    packet.begin(
      this.chunks[columns.chunk[at]! - this.firstChunk]!.bytes,
      start,
      start + columns.captured[at]!,
      columns.length[at]!,
      columns.seconds[at]!,
      columns.nanoseconds[at]!,
      columns.iface[at]!,
      columns.linkType[at]!,
    );
  }

  /** The number of its stream, -1 for none, and the transport, when it was first dissected. */
  streamOf(number: number): number {
    return this.columns.stream[this.columns.slotOf(number)]!;
  }

  transportOf(number: number): number {
    return this.columns.transport[this.columns.slotOf(number)]!;
  }

  /** What was found in it then, a bit for each expert's number. */
  expertsOf(number: number): number {
    return this.columns.experts[this.columns.slotOf(number)]!;
  }

  /** Whether a packet that was dissected again is read as it was then: the same protocol is at its top, in as many layers. */
  isReadAlike(packet: Packet): boolean {
    return this.columns.top[this.columns.slotOf(packet.number)] === topOf(packet);
  }

  /** Its flow then, and the direction in it. */
  flowOf(number: number): Flow | null {
    return this.columns.flow[this.columns.slotOf(number)] ?? null;
  }

  directionOf(number: number): number {
    return this.columns.direction[this.columns.slotOf(number)]!;
  }

  commentOf(number: number): string | null {
    return this.comments.get(number) ?? null;
  }

  momentOf(number: number): Moment {
    const at = this.columns.slotOf(number);
    return { seconds: this.columns.seconds[at]!, nanoseconds: this.columns.nanoseconds[at]! };
  }

  /** The time of the first packet of all that has one. */
  get firstMoment(): Moment {
    return this.origin;
  }

  /** The time of the packet before; no time for the first of all. */
  momentBefore(number: number): Moment {
    if (number > this.first) return this.momentOf(number - 1);
    return { seconds: this.goneSeconds, nanoseconds: this.goneNanoseconds };
  }

  /** The packet of the same stream before this one; 0 when none is held. Packets without a stream are one stream. */
  previousOf(number: number): number {
    const stream = this.streamOf(number);
    const transport = this.transportOf(number);
    let at = this.columns.previous[this.columns.slotOf(number)]!;
    while (at >= this.first && (this.streamOf(at) !== stream || this.transportOf(at) !== transport))
      at = this.columns.previous[this.columns.slotOf(at)]!;
    return at >= this.first ? at : 0;
  }

  /** The newest packet of a stream; 0 when none is held. */
  lastOf(transport: number, stream: number): number {
    let at = this.chains[chainOf(transport, stream)]!;
    while (at >= this.first && (this.streamOf(at) !== stream || this.transportOf(at) !== transport))
      at = this.columns.previous[this.columns.slotOf(at)]!;
    return at >= this.first ? at : 0;
  }

  private chunkFor(length: number): Chunk {
    const newest = this.chunks.at(-1);
    if (newest !== undefined && newest.used + length <= newest.bytes.length) return newest;
    const size = Math.max(CHUNK_BYTES, length);
    let spare: Chunk | null = null;
    while (this.chunks.length > 0 && this.bytes + size > this.limits.bytes) spare = this.dropChunk();
    const bytes = spare?.bytes.length === size ? spare.bytes : new Uint8Array(size);
    const chunk = { bytes, used: 0, last: 0 };
    this.chunks.push(chunk);
    this.bytes += size;
    return chunk;
  }

  /** Drops the oldest chunk and the packets in it. */
  private dropChunk(): Chunk {
    const oldest = this.chunks[0]!;
    while (this.first <= oldest.last && this.count > 0) this.forgetFirst();
    return this.release();
  }

  private dropOldest(): void {
    this.forgetFirst();
    if (this.chunks.length > 1 && this.chunks[0]!.last < this.first) this.release();
  }

  private release(): Chunk {
    const chunk = this.chunks.shift()!;
    this.firstChunk++;
    this.bytes -= chunk.bytes.length;
    return chunk;
  }

  private forgetFirst(): void {
    const { columns, first } = this;
    const at = columns.slotOf(first);
    this.goneSeconds = columns.seconds[at]!;
    this.goneNanoseconds = columns.nanoseconds[at]!;
    columns.flow[at] = null;
    if (this.comments.size > 0) this.comments.delete(first);
    this.first++;
    this.lost++;
  }
}

const chainOf = (transport: number, stream: number): number =>
  (Math.imul(stream + 1, 0x9e3779b1) ^ transport) & (CHAINS - 1);

/** The topmost protocol, and the number of layers. */
function topOf(packet: Packet): number {
  const top = topLayer(packet);
  return (packet.layerCount << 8) | (top < 0 ? 0 : packet.layerProtocol[top]!);
}

function expertBits({ experts, expertCount }: Packet): number {
  let bits = 0;
  for (let index = 0; index < expertCount; index++) bits |= 1 << experts[index]!;
  return bits;
}

/** The numbers of the experts of such bits. */
export function expertNumbers(bits: number): readonly number[] {
  return EXPERTS.flatMap(({ number }) => ((bits & (1 << number)) === 0 ? [] : [number]));
}
