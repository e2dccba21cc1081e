import { compileFilter } from '../../core/filter/bind.ts';
import type { AnyRow, RecordTable, Row } from '../../core/record/table.ts';
import { type SegmentRow, segment } from '../../core/record/tables/segment.ts';
import { type StreamRow, stream } from '../../core/record/tables/stream.ts';
import { STREAM_LIMITS } from '../../core/stream/stream-limits.ts';
import { realClock } from '../../platform/machine/real-clock.ts';
import type { FollowMode, FollowRequest } from '../follow/follow-request.ts';
import { type PacketOptions, packetRequest, requirePacketOptions } from './packet-options.ts';
import { type Choice, type Records, recordsOf } from './records.ts';
import type { OptionKinds } from './require-options.ts';

/** Which streams to follow. */
export interface FollowOptions extends PacketOptions {
  /** Selects streams by their records. */
  readonly filter?: Choice<StreamRow>;
  /** One stream, by its number; TCP and UDP streams are numbered separately. */
  readonly stream?: number;
  /** The default is both TCP and UDP; with `stream`, TCP. `tls` is what was inside TLS of TCP streams, decrypted. */
  readonly protocol?: 'tcp' | 'udp' | 'tls';
  /** Only what one side sent; A sent the first packet. */
  readonly dir?: 'both' | 'a' | 'b';
}

const KINDS: OptionKinds = {
  filter: 'choice',
  stream: 'number',
  protocol: ['tcp', 'udp', 'tls'],
  dir: ['both', 'a', 'b'],
};

/** The streams, one record each: for a capture all of them; live, each stream when it is over. */
export function follow(options: FollowOptions = {}): Records<StreamRow> {
  return recordsFrom(stream, 'list', options);
}

/** What both sides said, in sequence order: `data` is base64. */
follow.segments = (options: FollowOptions = {}): Records<SegmentRow> => recordsFrom(segment, 'records', options);

function recordsFrom<T extends RecordTable>(table: T, mode: FollowMode, options: FollowOptions): Records<Row<T>> {
  return recordsOf(() => {
    requirePacketOptions(options, KINDS);
    return {
      table,
      listening: options,
      filter: null,
      isFilteredByRun: options.filter !== undefined,
      async *run(context, request) {
        const { followStreams } = await import('../follow/follow-streams.ts');
        yield* followStreams(context, requestOf(options, mode), request);
      },
    };
  });
}

function requestOf(options: FollowOptions, mode: FollowMode): FollowRequest {
  const { filter, protocol, stream: number = null, dir = 'both' } = options;
  const isNumbered = number !== null || mode === 'records';
  const protocols = new Set(
    protocol === 'udp'
      ? [protocol]
      : protocol !== undefined || isNumbered
        ? ['tcp' as const]
        : (['tcp', 'udp'] as const),
  );
  const isInsideTls = protocol === 'tls';
  const predicate = typeof filter === 'string' ? compileFilter(filter, stream, realClock.now) : null;
  const chosen =
    typeof filter === 'function' ? filter : (row: StreamRow) => predicate?.matches(row as AnyRow) !== false;
  return {
    mode,
    packets: packetRequest(options),
    protocols,
    stream: number,
    pick: (row) =>
      protocols.has(row.proto) &&
      (!isInsideTls || row.app === 'tls') &&
      (number === null || row.stream === number) &&
      chosen(row),
    pickedBy: predicate?.fields ?? new Set(),
    isFiltered: filter !== undefined,
    isInsideTls,
    directions: dir,
    format: 'raw',
    ...STREAM_LIMITS,
  };
}
