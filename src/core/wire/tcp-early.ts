import type { Direction } from './direction.ts';
import type { Flow } from './flow.ts';
import type { EarlySegment, EarlySide } from './tcp-direction.ts';

/** Segments of one direction that wait at most, and their bytes: as many as a window of usual size holds. */
export const MOST_EARLY_SEGMENTS = 1024;
export const MOST_EARLY_BYTES = 1024 * 1024;
/** The same where nothing of the other side was captured: no acknowledgement will tell that a gap is not to be closed. */
export const MOST_EARLY_UNHEARD = 64;
/** What waits in a run, with EARLY_SEGMENT_BYTES for each segment; beyond, the oldest directions are given up. */
export const MOST_EARLY_IN_ALL = 16 * 1024 * 1024;
const KEPT_SHARE = 7 / 8;
/** What a segment takes beside its bytes: mostly the buffer that holds them. */
export const EARLY_SEGMENT_BYTES = 512;

/** All segments of a run that came early, by direction, those first which have waited longest. */
export class EarlySegments {
  /** What they take: their bytes, and EARLY_SEGMENT_BYTES each. */
  bytes = 0;
  private readonly sides = new Map<EarlySide, Flow>();

  /** The directions that wait, with the flow of each. */
  get all(): Iterable<readonly [EarlySide, Flow]> {
    return this.sides;
  }

  /** Begins to hold segments of a direction. */
  begin(flow: Flow, direction: Direction): EarlySide {
    const side: EarlySide = { direction, segments: [], bytes: 0, lowest: 0 };
    this.sides.set(side, flow);
    return side;
  }

  /** Takes in a segment, unless one that waits has all of it. The oldest directions give way when there is too much. */
  add(side: EarlySide, segment: EarlySegment): void {
    const { segments } = side;
    for (const { seq, length } of segments) {
      const before = (segment.seq - seq) | 0;
      if (before >= 0 && before + segment.length <= length && segment.length > 0) return;
    }
    if (segments.length === 0 || ((segment.seq - side.lowest) | 0) < 0) side.lowest = segment.seq;
    segments.push(segment);
    side.bytes += segment.bytes.length;
    this.bytes += segment.bytes.length + EARLY_SEGMENT_BYTES;
    if (this.bytes <= MOST_EARLY_IN_ALL) return;
    for (const other of this.sides.keys()) {
      if (other !== side) this.drop(other);
      if (this.bytes <= MOST_EARLY_IN_ALL * KEPT_SHARE) return;
    }
  }

  /** The first that came of those which begin at or before `next`; undefined where all are behind a gap. */
  at(side: EarlySide, next: number): EarlySegment | undefined {
    return side.segments.find(({ seq }) => ((seq - next) | 0) <= 0);
  }

  /** Waits for nothing any more. */
  remove(side: EarlySide, segment: EarlySegment): void {
    const { segments } = side;
    segments.splice(segments.indexOf(segment), 1);
    side.bytes -= segment.bytes.length;
    this.bytes -= segment.bytes.length + EARLY_SEGMENT_BYTES;
    if (segments.length === 0) this.sides.delete(side);
    else if (segment.seq === side.lowest) {
      side.lowest = segments[0]!.seq;
      for (const { seq } of segments) if (((seq - side.lowest) | 0) < 0) side.lowest = seq;
    }
  }

  /** Lets go of a direction's segments, which nobody will read. */
  drop(side: EarlySide): void {
    this.bytes -= side.bytes + EARLY_SEGMENT_BYTES * side.segments.length;
    side.segments.length = 0;
    side.bytes = 0;
    this.sides.delete(side);
  }
}
