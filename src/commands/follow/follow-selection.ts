import { EXIT, Failure } from '../../core/failure.ts';
import type { StreamRow } from '../../core/record/tables/stream.ts';
import type { Piece } from '../../core/stream/reassembly.ts';
import { TCP, UDP } from '../../core/stream/stream-follower.ts';
import type { Flow } from '../../core/wire/flow.ts';
import type { FlowTable } from '../../core/wire/flow-table.ts';
import type { Context } from '../context/context.ts';
import type { FollowRequest } from './follow-request.ts';

/** Whether a flow may be wanted, before its record is known. */
export function flowsMeant({ protocols, stream }: FollowRequest): (flow: Flow) => boolean {
  return (flow) => protocols.has(protoOf(flow)) && (stream === null || flow.stream === stream);
}

export const keyOf = (proto: string, number: number): string => `${proto} ${number}`;

export const protoOf = (flow: Flow): StreamRow['proto'] => (flow.transport === TCP ? 'tcp' : 'udp');

/** Whether the piece was sent in a direction that should be shown. */
export function isShown({ directions }: FollowRequest, { direction }: Piece): boolean {
  return directions === 'both' || (directions === 'a') === (direction === 0);
}

/** Throws Failure 66 when a stream that was requested by number is not there, unless it might still have come. */
export function requireStream(context: Context, asked: FollowRequest, flows: FlowTable): void {
  const { stream: number } = asked;
  if (number === null || context.signal.aborted) return;
  const transports = [...asked.protocols].map((proto) => (proto === 'tcp' ? TCP : UDP));
  if (transports.some((transport) => number < flows.count(transport))) return;
  throw noStream(number, transports[0]!, flows.count(transports[0]!));
}

export function noStream(number: number, transport: number, there: number): Failure {
  const name = transport === TCP ? 'TCP' : 'UDP';
  const hint = there === 0 ? `the capture has no ${name} streams` : `${name} streams are 0 to ${there - 1}`;
  return new Failure(EXIT.noInput, `no ${name} stream ${number}`, { hint });
}
