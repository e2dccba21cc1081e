import type { Flow } from '../wire/flow.ts';

/** As long as connections that are over are told of: see RecentStreams. */
const WINDOW_S = 600;

/**
 * Whether a rule still speaks of a connection at that moment, in seconds since 1970: while the run remembers it, and for
 * ten minutes after its last packet. A capture forgets only what a flood leaves no room for.
 */
export const isRemembered = ({ isForgotten, lastSeconds }: Flow, at: number): boolean =>
  !isForgotten || at - lastSeconds <= WINDOW_S;
