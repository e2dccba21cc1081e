import { compilePacketFilter } from '../../core/packet/packet-filter.ts';

/** Options that choose packets. */
interface PacketChoice {
  readonly filter: string | null;
  readonly process: string | null;
}

/** The same values with --process as part of the filter. Throws Failure 64 for a wrong filter, as it was typed. */
export function withProcess<V extends PacketChoice>(values: V): V {
  const { filter, process } = values;
  if (process === null) return values;
  const test = `process == "${process.replace(/["\\]/g, '\\$&')}"`;
  if (filter === null) return { ...values, filter: test };
  compilePacketFilter(filter);
  return { ...values, filter: `(${filter}) and ${test}` };
}
