/**
 * Milliseconds between the two samples of a rate in a single look: long enough to be meaningful, short enough not to be
 * noticed.
 */
export const RATE_SAMPLE_MS = 250;
