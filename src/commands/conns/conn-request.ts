import { usageError } from '../../core/failure.ts';
import { conn } from '../../core/record/tables/conn.ts';
import type { SummaryKey } from '../../core/record/tables/conn-summary.ts';
import { PLAIN_CAPTURE } from '../../core/sample/capture-request.ts';
import type { ConnectionRequest } from '../../core/sample/connection-sampler.ts';
import type { Socket } from '../../core/socket/socket.ts';
import type { PlatformOptions } from '../../core/system/platform.ts';
import type { ListingValues, Request } from '../listing/command.ts';
import { refuseSeveralTypes } from '../listing/one-type.ts';
import { traceWishOf } from '../packets/ebpf-options.ts';
import type { connOptions } from './conn-options.ts';
import { type ConnSelection, compileSelection, type RowTest } from './conn-selection.ts';

type ConnValues = ListingValues<typeof connOptions>;

/** The request for saved records, or for the flows of a capture. */
export interface SavedConnRequest {
  readonly file: string;
  /** With a capture, only what was captured on this interface; null for all. */
  readonly interface: string | null;
  /** The key log to decrypt a capture with; null for none. */
  readonly keylog: string | null;
  /** Which saved records to keep; null for all rows. */
  readonly keep: RowTest | null;
  /** Which flows of a capture to keep: packets know where they were captured, their flows do not. */
  readonly keepFlows: RowTest | null;
  /** The key by which connections are totalled; null for one row each. */
  readonly summary: SummaryKey | null;
}

/** The request for the live machine. */
export interface LiveConnRequest {
  readonly place: PlatformOptions;
  /** What must exist; otherwise the answer would be empty for no visible reason. */
  readonly named: Pick<ConnSelection, 'pid' | 'user' | 'interface'>;
  readonly keep: RowTest | null;
  readonly summary: SummaryKey | null;
  /** Whether subflows stand after their MPTCP connection. */
  readonly bySession: boolean;
  readonly sampled: Omit<ConnectionRequest, 'serviceOf'>;
  /** Whether to look up names of services. */
  readonly services: boolean;
}

/** Throws Failure 64 for an unknown state. */
export function savedRequestOf(values: ConnValues, file: string): SavedConnRequest {
  return {
    file,
    interface: values.interface,
    keylog: values.keylog,
    keep: compileSelection(values),
    keepFlows: compileSelection({ ...values, interface: null }),
    summary: values.summary,
  };
}

/** With a shorter interval, ticks do not wait until eBPF has reported everything. */
const LEAST_SETTLING_INTERVAL_MS = 1000;

/** Throws Failure 64 for options that do not fit together, and for an unknown state. */
export function liveRequestOf(values: ConnValues, { wanted, asked, repeating, lineOf }: Request): LiveConnRequest {
  const { events, coverage, packets, netns, root, pid, user, summary } = values;
  if (values.keylog !== null) throw usageError('--keylog needs a capture: conns -r FILE --keylog FILE');
  if (events && (summary !== null || coverage))
    throw usageError('--events cannot be used with --summary or --coverage');
  if (packets && (netns !== null || root !== null)) {
    throw usageError('--packets captures from the network of this machine: it cannot be used with --netns or --root');
  }
  if (coverage) refuseSeveralTypes(values, ['conn', 'coverage records']);
  const devices = values.interface?.split(',') ?? null;
  const keep = compileSelection(values);
  return {
    place: { root, netns },
    named: { pid, user, interface: values.interface },
    keep,
    summary,
    bySession: values.mptcp,
    services: wanted.has('service'),
    sampled: {
      protocols: protocolsOf(values),
      processDetails: ['cmdline', 'cgroup', 'container'].some((field) => wanted.has(field)),
      repeats: repeating,
      communityIds: wanted.has('community_id'),
      rates: ['rx_rate', 'tx_rate'].some((field) => asked.has(field)) || coverage,
      events,
      settles: values.ebpf || (values.interval ?? 1000) >= LEAST_SETTLING_INTERVAL_MS,
      coverage,
      lineForm: keep === null && summary === null && !values.mptcp && !coverage ? (lineOf?.(conn) ?? null) : null,
      traces: traceWishOf(values, lastsMs(values, repeating)),
      packets: packets ? { ...PLAIN_CAPTURE, devices, promiscuous: false } : null,
    },
  };
}

/** How long the run will last; null without an end. A run that waits for something is over when that comes. */
function lastsMs({ interval, count, duration, wait }: ConnValues, repeating: boolean): number | null {
  if (!repeating || wait !== null) return 0;
  const counted = count === null ? null : (count - 1) * (interval ?? 1000);
  return counted === null || duration === null ? (counted ?? duration) : Math.min(counted, duration);
}

function protocolsOf({ tcp, udp, mptcp }: ConnValues): ReadonlySet<Socket['proto']> | null {
  if (!tcp && !udp && !mptcp) return null;
  return new Set([
    ...(tcp || mptcp ? (['tcp'] as const) : []),
    ...(udp ? (['udp'] as const) : []),
    ...(mptcp ? (['mptcp'] as const) : []),
  ]);
}
