import { AgedMap } from './aged-map.ts';
import type { Packet } from './packet.ts';

/** Fragments kept at once, in bytes and datagrams, and for how long (RFC 791, 3.2; RFC 8200, 4.5: 60 seconds). */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_DATAGRAMS = 65_535;
const PATIENCE_SECONDS = 60;
const LONGEST_DATAGRAM = 65_535;

/** Returned by `add` while fragments are missing. */
export const INCOMPLETE = -1;

/** A datagram of which some fragments have come. */
interface Datagram {
  bytes: Uint8Array;
  /** Which bytes are there: disjoint, in order, as pairs of start and end. */
  readonly pieces: number[];
  /** Its length, once the last fragment has come; else -1. */
  total: number;
  /** The protocol of what it holds: that of the fragment at 0 counts (RFC 8200, 4.5). */
  next: number;
  readonly since: number;
}

/**
 * Puts datagrams together from fragments. Of fragments that overlap the first one counts, as in tshark. The oldest
 * datagrams give way when there are too many, or too many bytes.
 */
export class FragmentTable {
  /** Datagrams given up for want of room. */
  evicted = 0;
  private readonly datagrams = new AgedMap<string, Datagram>(MOST_DATAGRAMS);
  private held = 0;

  /**
   * Adds the fragment in [packet.offset, packet.end), which belongs at `at` of its datagram and names `next` as the
   * protocol of that. Returns the protocol that the first fragment named when the datagram is whole: the packet goes on in
   * it then. INCOMPLETE before. Fragments are rare enough for a key of text.
   */
  add(packet: Packet, key: string, at: number, more: boolean, next: number): number {
    const length = packet.end - packet.offset;
    if (packet.reportedEnd > packet.end || at + length > LONGEST_DATAGRAM || length === 0) return INCOMPLETE;
    let datagram = this.datagrams.get(key);
    if (datagram !== undefined && packet.seconds - datagram.since > PATIENCE_SECONDS) {
      this.drop(key, datagram);
      datagram = undefined;
    }
    if (datagram === undefined) {
      datagram = { bytes: new Uint8Array(0), pieces: [], total: -1, next, since: packet.seconds };
      this.giveUp(this.datagrams.add(key, datagram));
    }
    if (!more) {
      if (datagram.total >= 0 && datagram.total !== at + length) return INCOMPLETE;
      datagram.total = at + length;
    }
    if (at === 0 && datagram.pieces[0] !== 0) datagram.next = next;
    this.reserve(datagram, at + length);
    insert(datagram, packet.bytes, packet.offset, at, length);
    if (datagram.total < 0 || datagram.pieces.length !== 2 || datagram.pieces[0] !== 0) return INCOMPLETE;
    if (datagram.pieces[1]! < datagram.total) return INCOMPLETE;
    this.drop(key, datagram);
    packet.bytes = datagram.bytes;
    packet.offset = 0;
    packet.end = packet.reportedEnd = datagram.total;
    return datagram.next;
  }

  private reserve(datagram: Datagram, size: number): void {
    if (size <= datagram.bytes.length) return;
    const larger = new Uint8Array(Math.min(LONGEST_DATAGRAM, Math.max(size, datagram.bytes.length * 2)));
    larger.set(datagram.bytes);
    this.held += larger.length - datagram.bytes.length;
    datagram.bytes = larger;
    this.makeRoom();
  }

  private makeRoom(): void {
    while (this.held > MOST_BYTES) this.giveUp(this.datagrams.deleteOldest());
  }

  private giveUp(datagram: Datagram | undefined): void {
    if (datagram === undefined) return;
    this.held -= datagram.bytes.length;
    this.evicted++;
  }

  private drop(key: string, datagram: Datagram): void {
    if (this.datagrams.delete(key)) this.held -= datagram.bytes.length;
  }
}

/** Copies the bytes that are not there yet. */
function insert(datagram: Datagram, from: Uint8Array, offset: number, at: number, length: number): void {
  const { pieces } = datagram;
  const end = at + length;
  const first = firstReaching(pieces, at);
  let start = at;
  let stop = end;
  let next = at; // the first byte of the fragment not copied yet
  let index = first;
  for (; index < pieces.length && pieces[index]! <= end; index += 2) {
    const pieceStart = pieces[index]!;
    const pieceEnd = pieces[index + 1]!;
    if (pieceStart > next) copy(datagram, from, offset + next - at, next, pieceStart);
    next = Math.max(next, pieceEnd);
    start = Math.min(start, pieceStart);
    stop = Math.max(stop, pieceEnd);
  }
  if (next < end) copy(datagram, from, offset + next - at, next, end);
  pieces.splice(first, index - first, start, stop);
}

/** Index of the first piece that ends at `at` or behind it; by halves, for there may be thousands. */
function firstReaching(pieces: readonly number[], at: number): number {
  let low = 0;
  let high = pieces.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[2 * middle + 1]! < at) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

function copy(datagram: Datagram, from: Uint8Array, offset: number, start: number, end: number): void {
  datagram.bytes.set(from.subarray(offset, offset + end - start), start);
}
