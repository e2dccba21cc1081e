import type { Packet } from './packet.ts';
import { Pieces, PiecesTable } from './pieces.ts';

/** Fragments kept at once, in bytes and datagrams, and for how long (RFC 791, 3.2; RFC 8200, 4.5: 60 seconds). */
const LIMITS = { most: 65_535, mostBytes: 32 * 1024 * 1024, longest: 65_535, seconds: 60 };

/** Returned by `add` while fragments are missing. */
export const INCOMPLETE = -1;

/** A datagram of which some fragments have come. */
class Datagram extends Pieces {
  /** Its length, once the last fragment has come; else -1. */
  total = -1;
  /** The protocol of what it holds: that of the fragment at 0 counts (RFC 8200, 4.5). */
  next = 0;
}

/**
 * Puts datagrams together from fragments. Of fragments that overlap the first one counts, as in tshark. The oldest
 * datagrams give way when there are too many, or too many bytes.
 */
export class FragmentTable {
  private readonly datagrams = new PiecesTable<string, Datagram>(LIMITS, (since) => new Datagram(since));

  /** Datagrams given up for want of room. */
  get evicted(): number {
    return this.datagrams.evicted;
  }

  /**
   * Adds the fragment in [packet.offset, packet.end), which belongs at `at` of its datagram and names `next` as the
   * protocol of that. Returns the protocol that the first fragment named when the datagram is whole: the packet goes on in
   * it then. INCOMPLETE before. Fragments are rare enough for a key of text.
   */
  add(packet: Packet, key: string, at: number, more: boolean, next: number): number {
    const length = packet.end - packet.offset;
    if (packet.reportedEnd > packet.end || at + length > LIMITS.longest || length === 0) return INCOMPLETE;
    const datagram = this.datagrams.at(key, packet.seconds);
    if (!more) {
      if (datagram.total >= 0 && datagram.total !== at + length) return INCOMPLETE;
      datagram.total = at + length;
    }
    if (at === 0 && datagram.places[0] !== 0) datagram.next = next;
    this.datagrams.put(datagram, packet.bytes, packet.offset, at, length);
    const { bytes, places, total, filled } = datagram;
    if (total < 0 || places.length !== 2 || filled < total) return INCOMPLETE;
    this.datagrams.drop(key);
    packet.bytes = bytes;
    packet.offset = 0;
    packet.end = packet.reportedEnd = total;
    return datagram.next;
  }
}
