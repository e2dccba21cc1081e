/** Between the two samples of a rate that is asked for once: long enough to mean something, short enough not to be waited for. */
export const RATE_SAMPLE_MS = 250;
