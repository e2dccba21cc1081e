import type { Flow } from '../wire/flow.ts';
import { WINDOW_S } from './recent-streams.ts';

/**
 * Whether a rule still speaks of a connection at that moment, in seconds since 1970: while the run remembers it, and for
 * ten minutes after its last packet. A capture forgets only what a flood leaves no room for.
 */
export const isRemembered = ({ isForgotten, lastSeconds }: Flow, at: number): boolean =>
  !isForgotten || at - lastSeconds <= WINDOW_S;
