import { AgedMap } from './aged-map.ts';

const EMPTY = new Uint8Array(0);
/** What pieces take beside their bytes. */
const OWN_BYTES = 256;

/** Bytes that come in pieces, in any order: of a datagram, or of a message. */
export class Pieces {
  bytes: Uint8Array = EMPTY;
  /** Which bytes are there: disjoint, in order, as pairs of start and end. */
  readonly places: number[] = [];
  /** Seconds of the first piece. */
  readonly since: number;

  constructor(since: number) {
    this.since = since;
  }

  /** Bytes without a gap from the start. */
  get filled(): number {
    return this.places[0] === 0 ? this.places[1]! : 0;
  }
}

/** What a table of pieces holds at most: entries, bytes of all together and of one; and for how many seconds. */
export interface PiecesLimits {
  readonly most: number;
  readonly mostBytes: number;
  readonly longest: number;
  readonly seconds: number;
}

/**
 * Whatever of a run waits for its other pieces. The oldest give way when there are too many, or too many bytes: strangers
 * decide how many begin, and not how much memory they take.
 */
export class PiecesTable<Key extends object | string, One extends Pieces> {
  /** How many were given up for want of room. */
  evicted = 0;
  /** What they take. */
  held = 0;
  private readonly entries: AgedMap<Key, One>;
  private readonly limits: PiecesLimits;
  private readonly make: (since: number) => One;

  constructor(limits: PiecesLimits, make: (since: number) => One) {
    this.entries = new AgedMap(limits.most);
    this.limits = limits;
    this.make = make;
  }

  /** What is there, unless it has waited for too long; else a new one. */
  at(key: Key, seconds: number): One {
    const known = this.entries.get(key);
    if (known !== undefined) {
      if (!(seconds - known.since > this.limits.seconds)) return known;
      this.drop(key);
    }
    const one = this.make(seconds);
    this.held += OWN_BYTES;
    this.giveUp(this.entries.add(key, one));
    return one;
  }

  get(key: Key): One | undefined {
    return this.entries.get(key);
  }

  /**
   * Copies the `length` bytes at `offset` of `from`, which belong at `place`, as far as they are not there yet: of pieces that
   * overlap the first one counts, as in tshark. False when they reach too far.
   */
  put(pieces: One, from: Uint8Array, offset: number, place: number, length: number): boolean {
    if (place + length > this.limits.longest) return false;
    this.reserve(pieces, place + length);
    insert(pieces, from, offset, place, length);
    return true;
  }

  drop(key: Key): void {
    const one = this.entries.get(key);
    if (one === undefined) return;
    this.entries.delete(key);
    this.held -= one.bytes.length + OWN_BYTES;
  }

  private reserve(pieces: One, size: number): void {
    if (size <= pieces.bytes.length) return;
    const larger = new Uint8Array(Math.min(this.limits.longest, Math.max(size, pieces.bytes.length * 2)));
    larger.set(pieces.bytes);
    this.held += larger.length - pieces.bytes.length;
    pieces.bytes = larger;
    while (this.held > this.limits.mostBytes) this.giveUp(this.entries.deleteOldest());
  }

  private giveUp(one: One | undefined): void {
    if (one === undefined) return;
    this.held -= one.bytes.length + OWN_BYTES;
    this.evicted++;
  }
}

function insert(pieces: Pieces, from: Uint8Array, offset: number, at: number, length: number): void {
  const { places } = pieces;
  const end = at + length;
  const first = firstReaching(places, at);
  let start = at;
  let stop = end;
  let next = at; // the first byte not copied yet
  let index = first;
  for (; index < places.length && places[index]! <= end; index += 2) {
    const placeStart = places[index]!;
    const placeEnd = places[index + 1]!;
    if (placeStart > next) copy(pieces, from, offset + next - at, next, placeStart);
    next = Math.max(next, placeEnd);
    start = Math.min(start, placeStart);
    stop = Math.max(stop, placeEnd);
  }
  if (next < end) copy(pieces, from, offset + next - at, next, end);
  places.splice(first, index - first, start, stop);
}

/** Index of the first piece that ends at `at` or behind it; by halves, for there may be thousands. */
function firstReaching(places: readonly number[], at: number): number {
  let low = 0;
  let high = places.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[2 * middle + 1]! < at) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

function copy(pieces: Pieces, from: Uint8Array, offset: number, start: number, end: number): void {
  pieces.bytes.set(from.subarray(offset, offset + end - start), start);
}
