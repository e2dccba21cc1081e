/** What passed in a span of time that begins at `at`, in milliseconds since 1970. */
export interface MergedSpan {
  readonly at: number;
  readonly packets: number;
  readonly bytes: number;
  readonly tcp: number;
  readonly udp: number;
}

type Counts = { -readonly [K in Exclude<keyof MergedSpan, 'at'>]: MergedSpan[K] };

const NONE: Counts = { packets: 0, bytes: 0, tcp: 0, udp: 0 };

/** Widths that clocks know, in milliseconds. */
const USUAL = [
  100, 500, 1000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 21_600_000, 43_200_000,
  86_400_000,
];

/** Counts over time, in as few spans as a picture can show: they are merged while there are more. */
export class MergedSpans {
  /** Milliseconds of each span. */
  width = 0;
  private readonly most: number;
  private spans = new Map<number, Counts>();
  private first = Number.POSITIVE_INFINITY;
  private last = Number.NEGATIVE_INFINITY;

  constructor(most: number) {
    this.most = most;
  }

  /** `ms` is how long the span is that begins at `at`; all that are added are of one length. */
  add(at: number, ms: number, counts: Counts): void {
    if (!(ms > 0) || !Number.isFinite(at)) return;
    if (this.width === 0) this.width = ms;
    this.put(Math.floor(at / this.width), counts);
    while (this.last - this.first >= this.most) this.widen();
  }

  /** In order and without a hole, from the first to the last; at most `most`, by merging those side by side. */
  list(most = this.most): { readonly width: number; readonly spans: readonly MergedSpan[] } {
    if (this.spans.size === 0) return { width: this.width, spans: [] };
    const coarse = new MergedSpans(most);
    for (const [index, counts] of this.spans) coarse.add(index * this.width, this.width, counts);
    const spans: MergedSpan[] = [];
    for (let index = coarse.first; index <= coarse.last; index++)
      spans.push({ at: index * coarse.width, ...(coarse.spans.get(index) ?? NONE) });
    return { width: coarse.width, spans };
  }

  private put(index: number, counts: Counts): void {
    const there = this.spans.get(index) ?? { ...NONE };
    this.spans.set(index, there);
    for (const name of ['packets', 'bytes', 'tcp', 'udp'] as const) there[name] += counts[name];
    this.first = Math.min(this.first, index);
    this.last = Math.max(this.last, index);
  }

  private widen(): void {
    const before = this.spans;
    const { width } = this;
    this.width = USUAL.find((usual) => usual > width && usual % width === 0) ?? 2 * width;
    this.spans = new Map();
    this.first = Number.POSITIVE_INFINITY;
    this.last = Number.NEGATIVE_INFINITY;
    for (const [index, counts] of before) this.put(Math.floor((index * width) / this.width), counts);
  }
}
