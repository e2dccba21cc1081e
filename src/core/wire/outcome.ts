/** Returned by a dissecting function after the last header it knows: what is left is payload. Ids of protocols are above. */
export const END = 0;
/** Returned by an application's dissecting function for bytes that are not its protocol; it has not touched the packet then. */
export const NOT_MINE = -1;
