import { keyedNumber } from '../wire/keyed-number.ts';

/** Buckets that lie side by side share a page: a page costs 512 bytes, and what is between pages nothing. */
const PAGE = 16;
/** A million buckets side by side, in 32 MB; fewer where they are scattered. */
const MOST_PAGES = 65_536;
const FIRST_PAGES = 64;
/** Rows without a packet that are listed, a day of seconds and more; beyond, the longest runs of them are left out. */
const MOST_EMPTY = 100_000;
const COLUMNS = 4; // packets, bytes, TCP packets, UDP packets
const STRIDE = PAGE * COLUMNS;
const TWO_TO_32 = 2 ** 32;

export interface Bucket {
  /** Its number, which may be negative. */
  readonly bucket: number;
  readonly packets: number;
  readonly bytes: number;
  readonly tcp: number;
  readonly udp: number;
}

/** Counts of packets by numbered spans of time. Bounded, however far times are apart, in whichever order they come. */
export class TimeBuckets {
  private counts = new Float64Array(FIRST_PAGES * STRIDE);
  private readonly places = new Map<number, number>();
  private readonly numbers: number[] = [];
  private readonly mostPages: number;
  /** Most packets are of the page of the one before: one comparison then, and no look. */
  private page = Number.NaN;
  private place = 0;

  constructor(mostPages = MOST_PAGES) {
    this.mostPages = mostPages;
  }

  /** False, and nothing counted, when there is no room, or for a number so large that the next one is not another. */
  add(bucket: number, bytes: number, transport: number): boolean {
    if (!Number.isSafeInteger(bucket)) return false;
    const page = Math.floor(bucket / PAGE);
    if (page !== this.page && !this.turnTo(page)) return false;
    const at = this.place * STRIDE + (bucket - page * PAGE) * COLUMNS;
    const { counts } = this;
    counts[at]!++;
    counts[at + 1]! += bytes;
    if (transport === 6) counts[at + 2]!++;
    else if (transport === 17) counts[at + 3]!++;
    return true;
  }

  /** Those with packets, in the order of time. */
  *filled(): Iterable<Bucket> {
    const { counts, numbers } = this;
    const order = Uint32Array.from(numbers.keys()).sort((a, b) => numbers[a]! - numbers[b]!);
    for (const place of order) {
      for (let index = 0; index < PAGE; index++) {
        const at = place * STRIDE + index * COLUMNS;
        if (counts[at] === 0) continue;
        const bucket = numbers[place]! * PAGE + index;
        yield { bucket, packets: counts[at]!, bytes: counts[at + 1]!, tcp: counts[at + 2]!, udp: counts[at + 3]! };
      }
    }
  }

  /** Allocates only for a page that is new. */
  private turnTo(page: number): boolean {
    const key = keyedNumber(page | 0) + Math.floor(page / TWO_TO_32) * TWO_TO_32;
    let place = this.places.get(key);
    if (place === undefined) {
      place = this.numbers.length;
      if (place === this.mostPages) return false;
      this.places.set(key, place);
      this.numbers.push(page);
      if (this.numbers.length * STRIDE > this.counts.length) {
        const larger = new Float64Array(this.counts.length * 2);
        larger.set(this.counts);
        this.counts = larger;
      }
    }
    this.page = page;
    this.place = place;
    return true;
  }
}

/** Which rows are listed. */
export interface RowPlan {
  /** The number of the first bucket; 0 when there is none. */
  readonly first: number;
  /** Buckets without a packet that are not listed. */
  readonly leftOut: number;
  /** Those with packets, and those without between them. */
  readonly rows: () => Iterable<Bucket>;
}

/** Every bucket from the first to the last, but for the longest runs of empty ones where there are very many. */
export function rowsBetween(buckets: TimeBuckets, mostEmpty = MOST_EMPTY): RowPlan {
  const gaps: number[] = [];
  let first = 0;
  let empty = 0;
  let before: number | null = null;
  for (const { bucket } of buckets.filled()) {
    if (before === null) first = bucket;
    else if (bucket > before + 1) {
      gaps.push(bucket - before - 1);
      empty += gaps.at(-1)!;
    }
    before = bucket;
  }
  let longest = Number.POSITIVE_INFINITY;
  let listed = empty;
  if (empty > mostEmpty) ({ longest, listed } = longestListed(gaps, mostEmpty));
  function* rows(): Iterable<Bucket> {
    let next: number | null = null;
    for (const one of buckets.filled()) {
      if (next !== null && one.bucket - next <= longest) {
        for (; next < one.bucket; next++) yield { bucket: next, packets: 0, bytes: 0, tcp: 0, udp: 0 };
      }
      yield one;
      next = one.bucket + 1;
    }
  }
  return { first, leftOut: empty - listed, rows };
}

/** The greatest length such that all gaps up to it hold no more than `most` together, and how much they hold. */
function longestListed(gaps: readonly number[], most: number): { longest: number; listed: number } {
  const sorted = Float64Array.from(gaps).sort();
  let longest = 0;
  let listed = 0;
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    const held = listed + (to - from) * sorted[from]!;
    if (held > most) break;
    listed = held;
    longest = sorted[from]!;
  }
  return { longest, listed };
}
