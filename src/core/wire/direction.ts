/** Which way a packet of a flow goes: 0 from A, who sent first, to B; 1 from B to A. */
export type Direction = 0 | 1;
