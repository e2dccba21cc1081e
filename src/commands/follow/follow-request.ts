import { usageError } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import type { Now } from '../../core/filter/instant.ts';
import { type StreamRow, stream } from '../../core/record/tables/stream.ts';
import { STREAM_LIMITS } from '../../core/stream/stream-limits.ts';
import type { ListingValues } from '../listing/command.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import { type PacketRequest, packetRequestOf } from '../packets/packet-request.ts';
import type { followOptions } from './follow-options.ts';

/** What a run of `follow` prints: records of streams, records of streams with their segments, or one stream itself. */
export type FollowMode = 'list' | 'records' | 'print';

/** How the bytes of one stream are printed. */
export type StreamFormat = 'text' | 'hex' | 'raw';

/** What to follow. */
export interface FollowRequest {
  readonly mode: FollowMode;
  readonly packets: PacketRequest;
  readonly protocols: ReadonlySet<StreamRow['proto']>;
  /** The number of one stream; null for those that `pick` chooses. */
  readonly stream: number | null;
  readonly pick: (row: StreamRow) => boolean;
  /** The fields that the filter in `pick` reads; empty when there is no filter. */
  readonly pickedBy: ReadonlySet<string>;
  /** Whether there is a filter: then the number alone does not identify the stream. */
  readonly isFiltered: boolean;
  /** What was inside TLS, in place of what was sent. */
  readonly isInsideTls: boolean;
  readonly directions: 'both' | 'a' | 'b';
  readonly format: StreamFormat;
  /** The most segments of a stream that are held in memory; the oldest are dropped. */
  readonly mostSegments: number;
  readonly mostBytes: number;
  /** The most bytes that may arrive early and wait for those before them. */
  readonly mostEarlyBytes: number;
}

type FollowValues = ListingValues<typeof followOptions>;

/** Throws Failure 64 for options that do not fit together, and for a wrong filter. */
export function followRequestOf(values: FollowValues, now: Now): FollowRequest {
  const mode = modeOf(values);
  if (values.write !== null && mode !== 'print') throw usageError('--write needs one stream, as text, hex or raw');
  if (mode === 'print' && values.sort !== null) {
    throw usageError('a stream is printed in its own order, not by --sort');
  }
  if (values.tls && values.udp) throw usageError('--tls follows TCP streams: use either --tls or --udp');
  const filter = values.filter === null ? null : compileFilter(values.filter, stream, now);
  const protocols = protocolsOf(values);
  const packets = packetRequestOf(values);
  if (mode === 'print' && protocols.size > 1 && values.tcp)
    throw usageError('one stream is followed: use either --tcp or --udp');
  return {
    ...{ mode, packets, protocols },
    stream: values.stream,
    pick: (row) =>
      protocols.has(row.proto) &&
      (!values.tls || row.app === 'tls') &&
      (values.stream === null || row.stream === values.stream) &&
      (filter === null || filter.matches(row)),
    pickedBy: filter?.fields ?? new Set(),
    isFiltered: filter !== null,
    isInsideTls: values.tls,
    directions: values.dir ?? 'both',
    format: formatOf(values),
    mostSegments: values['max-segments'] ?? STREAM_LIMITS.mostSegments,
    mostBytes: values['max-bytes'] ?? STREAM_LIMITS.mostBytes,
    mostEarlyBytes: values['max-bytes'] ?? STREAM_LIMITS.mostEarlyBytes,
  };
}

/** Throws Failure 64 for options that exclude each other. */
export function modeOf(values: FollowValues): FollowMode {
  const { list, all, stream: number, filter, as } = values;
  if (list && (all || number !== null)) throw usageError('--list cannot be used with --all or --stream');
  if (all && number !== null) throw usageError('--all cannot be used with --stream');
  if (list) return 'list';
  const asked = askedFormat(values);
  const records = all || as === 'ndjson' || (as === null && asked !== null && asked !== 'table');
  if (as !== null && as !== 'ndjson' && (all || (asked !== null && asked !== 'table'))) {
    throw usageError(`--as ${as} prints one stream as it is, not ${all ? 'all of them' : 'records'}`);
  }
  if (as === 'ndjson' && asked !== null && asked !== 'ndjson')
    throw usageError(`--as ndjson cannot be used with -o ${asked}`);
  if (!all && number === null && filter === null) return 'list';
  return records ? 'records' : 'print';
}

/** A number alone does not distinguish TCP from UDP, so it means TCP by default. */
function protocolsOf({ tcp, udp, tls, stream: number, all }: FollowValues): ReadonlySet<StreamRow['proto']> {
  if (tls) return new Set(['tcp']);
  if (!tcp && !udp) return new Set(number !== null || all ? ['tcp'] : ['tcp', 'udp']);
  return new Set([...(tcp ? (['tcp'] as const) : []), ...(udp ? (['udp'] as const) : [])]);
}

function formatOf({ as, write }: FollowValues): StreamFormat {
  if (as === 'text' || as === 'hex' || as === 'raw') return as;
  return write === null ? 'text' : 'raw';
}
