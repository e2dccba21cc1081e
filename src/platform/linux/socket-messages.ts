import type { Socket } from '../../core/socket/socket.ts';
import { familyOf, heldInode, holderUid, parseInetDiag } from './inet-diag.ts';
import { NLMSG_HEADER_WORDS, RECEIVE_BYTES } from './netlink.ts';
import type { HeldSockets } from './socket-owners.ts';

/** What is received lies in pieces of this size. */
const CHUNK_WORD_BITS = 18;
const CHUNK_BYTES = 4 << CHUNK_WORD_BITS;
const WORD_IN_CHUNK = (1 << CHUNK_WORD_BITS) - 1;
/** Where it has to grow, V8 compiles anew what receives and what adds: with room for 4096, 18,000 sockets took 5 ms more. What is not used is not in memory. */
const FIRST_ROOM = 32_768;

/** Messages of one protocol, by their number. */
interface Range {
  readonly proto: Socket['proto'];
  readonly end: number;
}

/**
 * Sockets as the kernel wrote them: a struct inet_diag_msg each. A socket is made of a message when it is read, and nobody holds
 * it longer: 18,000 that are held are copied twice by the garbage collector, which takes 30 ms.
 */
export class SocketMessages implements HeldSockets, Iterable<Socket> {
  private readonly chunks: Uint32Array[] = [];
  private readonly ranges: Range[] = [];
  /** Where each message is: its chunk, and its word there. */
  private places = new Int32Array(FIRST_ROOM);
  private behind: number[] = [];
  private chunk = Buffer.alloc(0);
  /** The bytes of the last chunk that hold something, and where the last room in it began. */
  private used = 0;
  private begun = 0;
  count = 0;

  /** Where the next answer is to be received. */
  readonly room = (): Buffer => {
    if (this.chunk.length - this.used < RECEIVE_BYTES) {
      this.chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      this.used = 0;
      this.chunks.push(new Uint32Array(this.chunk.buffer, 0, CHUNK_BYTES >>> 2));
    }
    this.begun = this.used;
    return this.chunk.subarray(this.used);
  };

  /** There is a message at these bytes of the room. */
  readonly visit = (_type: number, _room: Buffer, start: number, end: number): void => {
    const chunk = this.chunks.length - 1;
    const words = this.chunks[chunk]!;
    const first = (this.begun + start) >>> 2;
    this.used = this.begun + ((end + 3) & ~3);
    const family = familyOf(words, first, (this.begun + end) >>> 2);
    if (family === null) return;
    const place = (chunk << CHUNK_WORD_BITS) | first;
    if (family === 'ipv6') this.behind.push(place);
    else this.add(place);
  };

  private add(place: number): void {
    if (this.count === this.places.length) this.grow();
    this.places[this.count++] = place;
  }

  private grow(): void {
    const larger = new Int32Array(2 * this.count);
    larger.set(this.places);
    this.places = larger;
  }

  /** Begins to keep answers to a request; returns a function that forgets them. */
  begin(): () => void {
    this.settle();
    const before = this.count;
    return () => {
      this.behind = [];
      this.count = before;
    };
  }

  /** Ends the messages of a protocol; returns how many there are. */
  end(proto: Socket['proto']): number {
    this.settle();
    const before = this.ranges.at(-1)?.end ?? 0;
    this.ranges.push({ proto, end: this.count });
    return this.count - before;
  }

  private settle(): void {
    for (const place of this.behind) this.add(place);
    this.behind = [];
  }

  inodeOf(index: number): number | null {
    const place = this.places[index]!;
    return heldInode(this.chunks[place >>> CHUNK_WORD_BITS]!, place & WORD_IN_CHUNK);
  }

  uidOf(index: number): number | null {
    const place = this.places[index]!;
    return holderUid(this.chunks[place >>> CHUNK_WORD_BITS]!, place & WORD_IN_CHUNK);
  }

  *[Symbol.iterator](): Generator<Socket> {
    let index = 0;
    for (const { proto, end } of this.ranges) {
      for (; index < end; index++) {
        const place = this.places[index]!;
        const words = this.chunks[place >>> CHUNK_WORD_BITS]!;
        const start = place & WORD_IN_CHUNK;
        const length = words[start - NLMSG_HEADER_WORDS]! >>> 2;
        const socket = parseInetDiag(words, start, start - NLMSG_HEADER_WORDS + length, proto);
        if (socket !== null) yield socket;
      }
    }
  }
}
