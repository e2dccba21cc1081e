import type { Now } from '../../core/filter/instant.ts';
import { compilePacketFilter } from '../../core/packet/packet-filter.ts';

/** Options that choose packets. */
interface PacketChoice {
  readonly filter: string | null;
  readonly process: string | null;
}

/** Both as one filter; null for all packets. Throws Failure 64 for a wrong filter, as it was typed. */
export function filterOf({ filter, process }: PacketChoice, now: Now): string | null {
  if (process === null) return filter;
  const test = `process == "${process.replace(/["\\]/g, '\\$&')}"`;
  if (filter === null) return test;
  compilePacketFilter(filter, undefined, now);
  return `(${filter}) and ${test}`;
}
