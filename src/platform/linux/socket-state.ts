import type { SocketState } from '../../core/record/tables/conn.ts';
import type { Socket } from '../../core/socket/socket.ts';

/** include/net/tcp_states.h; every inet protocol keeps its state in these numbers. */
const STATES: readonly SocketState[] = [
  'CLOSE', // 0 is no state
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'SYN_RECV', // TCP_NEW_SYN_RECV: a request that no process has seen yet
  'CLOSE', // TCP_BOUND_INACTIVE: bound, neither listening nor connected
];

const TCP_CLOSE = 7;

/** State of a socket from the kernel's number. A datagram or raw socket without a peer, closed to the kernel, is UNCONN. */
export function socketState(proto: Socket['proto'], state: number): SocketState {
  if (state === TCP_CLOSE && (proto === 'udp' || proto === 'udplite' || proto === 'raw' || proto === 'icmp'))
    return 'UNCONN';
  return STATES[state] ?? 'CLOSE';
}
