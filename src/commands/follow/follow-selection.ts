import { EXIT, Failure } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import { type StreamRow, stream } from '../../core/record/tables/stream.ts';
import type { Piece } from '../../core/stream/reassembly.ts';
import { TCP, UDP } from '../../core/stream/stream-follower.ts';
import type { Flow } from '../../core/wire/flow.ts';
import type { FlowTable } from '../../core/wire/flow-table.ts';
import type { Context } from '../context/context.ts';
import type { FollowValues } from './follow.ts';

/** Which streams are meant, by their records, and the fields that are looked at for that. Throws Failure 64. */
export function compilePick(values: FollowValues): {
  readonly pick: (row: StreamRow) => boolean;
  readonly fields: ReadonlySet<string>;
} {
  const filter = values.filter === null ? null : compileFilter(values.filter, stream);
  const protocols = protocolsOf(values);
  return {
    pick: (row) =>
      protocols.has(row.proto) &&
      (values.stream === null || row.stream === values.stream) &&
      (filter === null || filter.matches(row)),
    fields: filter?.fields ?? new Set(),
  };
}

/** Numbers alone do not tell TCP from UDP, so they mean TCP unless it is said. */
function protocolsOf({ tcp, udp, stream: number, all }: FollowValues): ReadonlySet<StreamRow['proto']> {
  if (!tcp && !udp) return new Set(number !== null || all ? ['tcp'] : ['tcp', 'udp']);
  return new Set([...(tcp ? (['tcp'] as const) : []), ...(udp ? (['udp'] as const) : [])]);
}

/** Whether a flow may be meant, before its record is known. */
export function flowsMeant(values: FollowValues): (flow: Flow) => boolean {
  const protocols = protocolsOf(values);
  return (flow) => protocols.has(protoOf(flow)) && (values.stream === null || flow.stream === values.stream);
}

export const keyOf = (proto: string, number: number): string => `${proto} ${number}`;

export const protoOf = (flow: Flow): StreamRow['proto'] => (flow.transport === TCP ? 'tcp' : 'udp');

export function isWanted({ dir }: FollowValues, { direction }: Piece): boolean {
  return dir === null || dir === 'both' || (dir === 'a') === (direction === 0);
}

/** A stream that is asked for by its number must be there, or may still have come. Throws Failure 66. */
export function requireStream(context: Context, values: FollowValues, flows: FlowTable): void {
  const { stream: number } = values;
  if (number === null || context.signal.aborted) return;
  const transports = [...protocolsOf(values)].map((proto) => (proto === 'tcp' ? TCP : UDP));
  if (transports.some((transport) => number < flows.count(transport))) return;
  throw noStream(number, transports[0]!, flows.count(transports[0]!));
}

export function noStream(number: number, transport: number, there: number): Failure {
  const name = transport === TCP ? 'TCP' : 'UDP';
  const hint = there === 0 ? `the capture has no ${name} streams` : `${name} streams are 0 to ${there - 1}`;
  return new Failure(EXIT.noInput, `no ${name} stream ${number}`, { hint });
}
