import type { DnsQueryRow } from '../record/tables/dns-query.ts';

/** Whether the query went to a server, not to a group. */
export const isOfServer = ({ transport }: DnsQueryRow): boolean => transport === 'udp' || transport === 'tcp';

/** A name within a summary, cut where it is long. */
export const shownName = (name: string): string => (name.length > 60 ? `${name.slice(0, 59)}…` : name);
