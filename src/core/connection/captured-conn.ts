import { formatTimestamp, secondsBetween } from '../capture/timestamp.ts';
import type { OwnedSides } from '../packet/packet-owners.ts';
import type { ConnRow } from '../record/tables/conn.ts';
import { connRow } from '../socket/conn-row.ts';
import type { SocketReading } from '../socket/socket.ts';
import type { Flow } from '../wire/flow.ts';
import { flowCommunityId } from '../wire/flow-community-id.ts';
import { openerOf } from './flow-side.ts';
import { flowSocket } from './flow-socket.ts';
import type { RoundTrips } from './round-trips.ts';

/** The `conn` record of a flow in a capture, from the side that opened it. What only a machine knows is null. */
export function capturedConn(
  flow: Flow,
  serverName: string | null,
  roundTrips: RoundTrips,
  { a, b }: OwnedSides,
  communityIds: boolean,
): ConnRow {
  const opener = openerOf(flow);
  const age = secondsBetween(flow.firstSeconds, flow.firstNanoseconds, flow.lastSeconds, flow.lastNanoseconds);
  const row = connRow(flowSocket(flow, opener, serverName, roundTrips.of(flow, opener)), NO_MACHINE, nothing, {
    at: { time: formatTimestamp(flow.lastSeconds, flow.lastNanoseconds) ?? '', monotonicMs: 0 },
    owner: { processes: [], attribution: 'none capture' },
    firstSeen: null,
    rxRate: null,
    txRate: null,
  });
  row.first_seen = formatTimestamp(flow.firstSeconds, flow.firstNanoseconds);
  row.age_s = Number.isNaN(age) ? null : age;
  const owner = opener === 'a' ? (a ?? b) : (b ?? a);
  if (owner !== null) {
    row.pid = owner.pid;
    row.pids = [String(owner.pid)];
    row.process = owner.process;
    row.user = owner.user;
    row.attribution = 'comment exact';
  }
  if (communityIds) row.community_id = flowCommunityId(flow);
  return row;
}

const nothing = (): null => null;
const NO_MACHINE: SocketReading = {
  sockets: [],
  ownerOf: () => ({ processes: [], attribution: 'none capture' }),
  userOf: nothing,
  ifaceOf: nothing,
  netns: null,
  limits: [],
};
