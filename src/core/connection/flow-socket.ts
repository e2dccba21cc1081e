import type { SocketState } from '../record/tables/conn.ts';
import { blankSocket, type SocketDraft } from '../socket/blank-socket.ts';
import type { Flow } from '../wire/flow.ts';
import { addressA, addressB, transportName } from '../wire/flow-text.ts';
import type { TcpConnection } from '../wire/tcp-connection.ts';
import { bytesSentBy, openingOf } from '../wire/tcp-progress.ts';
import type { Side } from './flow-side.ts';
import type { RoundTrip } from './round-trips.ts';

/**
 * One end of a flow as if it were a socket, with what its packets say. TCP payload is counted by sequence numbers, so
 * that each byte counts once; for other protocols it is what the datagrams carried.
 */
export function flowSocket(
  flow: Flow,
  local: Side,
  serverName: string | null,
  roundTrip: RoundTrip | null,
): SocketDraft {
  const { tcp } = flow;
  const localIsA = local === 'a';
  const aPayload = tcp === null ? flow.aPayload : bytesSentBy(tcp, 0);
  const bPayload = tcp === null ? flow.bPayload : bytesSentBy(tcp, 1);
  return {
    ...blankSocket(),
    key: `flow ${flow.transport} ${flow.stream} ${local}`,
    source: 'capture',
    proto: transportName(flow.transport),
    family: flow.ipVersion === 4 ? 'ipv4' : 'ipv6',
    state: tcp === null ? 'ESTABLISHED' : stateOf(tcp, localIsA),
    local_addr: localIsA ? addressA(flow) : addressB(flow),
    local_port: localIsA ? flow.aPort : flow.bPort,
    remote_addr: localIsA ? addressB(flow) : addressA(flow),
    remote_port: localIsA ? flow.bPort : flow.aPort,
    rx_bytes: localIsA ? bPayload : aPayload,
    tx_bytes: localIsA ? aPayload : bPayload,
    rx_packets: localIsA ? flow.bPackets : flow.aPackets,
    tx_packets: localIsA ? flow.aPackets : flow.bPackets,
    rtt_ms: roundTrip === null ? null : round(roundTrip.smoothedMs),
    rttvar_ms: roundTrip === null ? null : round(roundTrip.deviationMs),
    min_rtt_ms: roundTrip === null ? null : round(roundTrip.minMs),
    retrans: tcp === null ? null : tcp.retransmissions,
    app: flow.recognised?.name ?? null,
    server_name: serverName,
    stream: flow.stream,
  };
}

/** Rounded to nanoseconds, the finest resolution of captures. */
function round(millis: number): number {
  return Math.round(millis * 1e6) / 1e6;
}

function stateOf(tcp: TcpConnection, localIsA: boolean): SocketState {
  const { ended } = tcp;
  if ((ended & 4) !== 0 || (ended & 3) === 3) return 'CLOSE';
  const localEnded = (ended & (localIsA ? 1 : 2)) !== 0;
  if ((ended & 3) !== 0) return localEnded ? 'FIN_WAIT2' : 'CLOSE_WAIT';
  return openingOf(tcp);
}
