import { usageError } from '../../core/failure.ts';
import type { RecordTable, Row, Snapshot } from '../../core/record/table.ts';
import { type ConnRow, conn } from '../../core/record/tables/conn.ts';
import { type ConnEventRow, connEvent } from '../../core/record/tables/conn-event.ts';
import {
  type ConnSummaryRow,
  connSummary,
  SUMMARY_KEYS,
  type SummaryKey,
} from '../../core/record/tables/conn-summary.ts';
import { PLAIN_CAPTURE } from '../../core/sample/capture-request.ts';
import type { LiveConnRequest } from '../conns/conn-request.ts';
import { runLive } from '../conns/live-conns.ts';
import { runSaved } from '../conns/saved-conns.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import type { Listening } from './headless.ts';
import { type Choice, type Placing, type Records, type Repeating, recordsOf } from './records.ts';
import { type OptionKinds, refuseWithRead, requireOptions, requireValue } from './require-options.ts';

/** Options for connections. */
export interface ConnsOptions extends Listening, Repeating, Placing {
  readonly filter?: Choice<ConnRow>;
  /** Fields that you will read; costly fields that are not among them need not be filled in. All by default. */
  readonly fields?: readonly (keyof ConnRow & string)[];
  /** A capture, or records saved with `netwatch conns --json`, instead of the machine. */
  readonly read?: string;
  /** With a capture, only what was captured on this interface. With `packets`, where to capture. */
  readonly interface?: string;
  /** With a capture: decrypt TLS and QUIC with the secrets in this file, in the NSS key log format. */
  readonly keylog?: string;
  /**
   * Also capture packets: adds applications, server names, UDP traffic, and flows without a socket. Needs CAP_NET_RAW.
   */
  readonly packets?: boolean;
  /** Watch sockets with eBPF. Needs root and bpftrace. */
  readonly ebpf?: boolean;
  /** A machine saved as files below this folder. */
  readonly root?: string;
  /** A network namespace: a name of ip netns, or a process id. */
  readonly netns?: string;
}

const KINDS: OptionKinds = {
  filter: 'choice',
  fields: 'texts',
  read: 'text',
  interface: 'text',
  keylog: 'text',
  geoip: 'geoip',
  packets: 'flag',
  ebpf: 'flag',
  root: 'text',
  netns: 'text',
  interval: 'millis',
  count: 'count',
  duration: 'millis',
};
const LIVE = ['packets', 'ebpf', 'root', 'netns', 'interval', 'count', 'duration'];

/** How often connections are compared when no `interval` says so. */
const EVENTS_INTERVAL_MS = 1000;

/** Which records of connections: one each, one for each change, or totals. */
type Asked =
  | { readonly kind: 'list' }
  | { readonly kind: 'events' }
  | { readonly kind: 'summary'; readonly by: SummaryKey };

/** Sockets with process, state, counters, rates and round-trip times; with a capture, its flows. */
export function conns(options: ConnsOptions = {}): Records<ConnRow> {
  return recordsFrom(conn, options, { kind: 'list' });
}

/** Yields a record whenever a connection opens, changes state or closes, as seen at every `interval`. */
conns.events = (
  options: Omit<ConnsOptions, 'read' | 'filter' | 'fields' | 'geoip'> & { filter?: Choice<ConnEventRow> } = {},
): Records<ConnEventRow> => recordsFrom<typeof connEvent>(connEvent, options, { kind: 'events' });

/** Totals of connections. */
conns.summary = (
  by: SummaryKey,
  options: Omit<ConnsOptions, 'filter' | 'fields' | 'geoip'> & { filter?: Choice<ConnSummaryRow> } = {},
) => recordsFrom<typeof connSummary>(connSummary, options, { kind: 'summary', by });

function recordsFrom<T extends RecordTable>(
  table: T,
  options: Omit<ConnsOptions, 'filter'> & { readonly filter?: Choice<Row<T>> },
  what: Asked,
): Records<Row<T>> {
  return recordsOf(() => {
    requireOptions(options, KINDS);
    if (options.keylog !== undefined && options.read === undefined) {
      throw usageError('the option keylog needs a capture in the option read');
    }
    refuseWithRead({ ...options }, what.kind === 'events' ? [...LIVE, 'read'] : LIVE);
    if (what.kind === 'summary') requireValue('what connections are added up by', what.by, SUMMARY_KEYS);
    const { read, interface: iface = null, keylog = null, fields, filter = null } = options;
    const summary = what.kind === 'summary' ? what.by : null;
    const saved = { interface: iface, keylog, keep: null, keepFlows: null, summary };
    async function* run(context: Context, request: Request): AsyncGenerator<Snapshot> {
      if (read !== undefined) yield* runSaved(context, { file: read, ...saved }, request);
      else yield* runLive(context, liveRequest(options, what, request), request);
    }
    const { interval = EVENTS_INTERVAL_MS } = options;
    const repeating = what.kind === 'events' ? { ...options, interval } : options;
    return { table, listening: options, filter, repeating, fields, run };
  });
}

function liveRequest(
  { root, netns, interface: iface, packets = false, ebpf = false }: Omit<ConnsOptions, 'filter'>,
  what: Asked,
  { repeating, asked, wanted }: Request,
): LiveConnRequest {
  const devices = iface === undefined ? null : [iface];
  return {
    place: { root: root ?? null, netns: netns ?? null },
    named: { pid: null, user: null, interface: iface ?? null },
    keep: iface === undefined || packets ? null : (row) => row.iface === iface,
    summary: what.kind === 'summary' ? what.by : null,
    services: wanted.has('service'),
    bySession: false,
    sampled: {
      protocols: null,
      processDetails: ['cmdline', 'cgroup', 'container'].some((field) => wanted.has(field)),
      repeats: repeating,
      communityIds: wanted.has('community_id'),
      rates: ['rx_rate', 'tx_rate'].some((field) => asked.has(field)),
      events: what.kind === 'events',
      settles: true,
      coverage: false,
      traces: ebpf ? 'demanded' : 'refused',
      packets: packets ? { ...PLAIN_CAPTURE, devices, promiscuous: false } : null,
    },
  };
}
