import { formatTimestamp, secondsBetween } from '../capture/timestamp.ts';
import type { PacketOwner } from '../packet/packet-owners.ts';
import type { StreamRow, StreamState } from '../record/tables/stream.ts';
import { timesOf } from '../stats/handshake-times.ts';
import type { Flow } from '../wire/flow.ts';
import { flowCommunityId } from '../wire/flow-community-id.ts';
import { addressA, addressB } from '../wire/flow-text.ts';
import type { TcpConnection } from '../wire/tcp-connection.ts';
import { openingOf } from '../wire/tcp-progress.ts';
import type { Followed } from './reassembly.ts';
import { TCP } from './stream-follower.ts';

/** The `stream` record of a flow, with the state of its two sides, its server's name and the process that holds it. */
export function streamRow(
  flow: Flow,
  [a, b]: readonly [Followed, Followed],
  serverName: string | null,
  owner: PacketOwner | null,
): StreamRow {
  const { first, second, total } = timesOf(flow.tcp);
  const seconds = secondsBetween(flow.firstSeconds, flow.firstNanoseconds, flow.lastSeconds, flow.lastNanoseconds);
  return {
    stream: flow.stream,
    proto: flow.transport === TCP ? 'tcp' : 'udp',
    a_addr: addressA(flow),
    a_port: flow.aPort,
    b_addr: addressB(flow),
    b_port: flow.bPort,
    packets: flow.aPackets + flow.bPackets,
    a_packets: flow.aPackets,
    b_packets: flow.bPackets,
    a_bytes: a.bytes,
    b_bytes: b.bytes,
    first: formatTimestamp(flow.firstSeconds, flow.firstNanoseconds),
    last: formatTimestamp(flow.lastSeconds, flow.lastNanoseconds),
    duration_s: Number.isNaN(seconds) ? null : seconds,
    state: flow.tcp === null ? null : stateOf(flow.tcp),
    handshake_ms: total,
    syn_synack_ms: first,
    synack_ack_ms: second,
    app: flow.recognised?.name ?? null,
    server_name: serverName,
    gaps: a.gaps + b.gaps,
    truncated: a.heldBytes + b.heldBytes > 0,
    missing_bytes: a.missing + b.missing,
    retransmissions: flow.tcp?.retransmissions ?? 0,
    pid: owner?.pid ?? null,
    process: owner?.process ?? null,
    a_host: null,
    b_host: null,
    community_id: flowCommunityId(flow),
  };
}

/** Bits of TcpConnection.ended. */
const BOTH_FINISHED = 3;
const RESET = 4;

/** How far a connection got. */
function stateOf(tcp: TcpConnection): StreamState {
  if ((tcp.ended & RESET) !== 0) return 'RESET';
  if (tcp.ended !== 0) return (tcp.ended & BOTH_FINISHED) === BOTH_FINISHED ? 'CLOSED' : 'CLOSING';
  return openingOf(tcp);
}
