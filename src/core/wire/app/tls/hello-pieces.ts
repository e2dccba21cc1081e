import { Pieces, PiecesTable } from '../../pieces.ts';
import { LONGEST_HELLO } from './tls-record.ts';

/** Pieces of hellos that are kept at once, and how long they wait for the others. */
const LIMITS = { most: 16_384, mostBytes: 32 * 1024 * 1024, longest: LONGEST_HELLO, seconds: 60 };
/** Two numbers for each piece that waits behind a gap. */
const MOST_PLACES = 512;

/** Pieces of the handshakes that datagrams carry, and datagrams that must wait for another one to be read. */
export class HelloPieces {
  private readonly table = new PiecesTable<object | string, Pieces>(LIMITS, (since) => new Pieces(since));

  /** What they take, in bytes. */
  get held(): number {
    return this.table.held;
  }

  get(key: object | string): Pieces | undefined {
    return this.table.get(key);
  }

  /** Adds the `length` bytes at `offset` of `from`, which belong at `place`. Null for what reaches too far, or is too scattered. */
  add(
    key: object | string,
    from: Uint8Array,
    offset: number,
    place: number,
    length: number,
    seconds: number,
  ): Pieces | null {
    const pieces = this.table.at(key, seconds);
    if (pieces.places.length >= MOST_PLACES) return null;
    return this.table.put(pieces, from, offset, place, length) ? pieces : null;
  }

  drop(key: object | string): void {
    this.table.drop(key);
  }
}
