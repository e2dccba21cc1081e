import type { DnsQueryRow } from '../record/tables/dns-query.ts';

/** Whether the query went to a server, not to a group. */
export const isOfServer = ({ transport }: DnsQueryRow): boolean => transport === 'udp' || transport === 'tcp';

/** Milliseconds as a summary has them: `0.4 ms`, `520 ms`. */
export const shownMs = (ms: number): string => `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;

/** A name within a summary, cut where it is long. */
export const shownName = (name: string): string => (name.length > 60 ? `${name.slice(0, 59)}…` : name);
