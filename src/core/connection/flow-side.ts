import type { Flow } from '../wire/flow.ts';

/** One end of a flow: A, who sent the first packet seen, or B. */
export type Side = 'a' | 'b';

/** The side that opened the flow: who sent the SYN, or the first packet where none was seen. */
export function openerOf({ tcp }: Flow): Side {
  return tcp !== null && tcp.client === 1 ? 'b' : 'a';
}
