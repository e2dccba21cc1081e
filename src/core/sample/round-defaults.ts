/** Probes of a round, the milliseconds between two, and how long an answer may take, where nobody says otherwise. */
export const ROUND = { count: 3, intervalMs: 1000, timeoutMs: 2000 } as const;
