import type { Flow } from '../wire/flow.ts';

/** One end of a flow: A, the side that sent the first packet seen, or B. */
export type Side = 'a' | 'b';

/** The side that opened the flow: the sender of the SYN, or of the first packet if no SYN was seen. */
export function openerOf({ tcp }: Flow): Side {
  return tcp !== null && tcp.client === 1 ? 'b' : 'a';
}
