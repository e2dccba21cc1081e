/** How much of streams is held in memory, where nobody asked for another limit. */
export const STREAM_LIMITS = {
  /** Segments of one stream; the oldest are dropped. */
  mostSegments: 10_000,
  mostBytes: 2_000_000,
  /** Bytes that came early and wait for those before them. */
  mostEarlyBytes: 16 * 1024 * 1024,
} as const;
