import type { SocketState } from '../../core/record/tables/conn.ts';

/** Our names of the TCP states by Darwin's (tcpstates, bsd/netinet/tcp_fsm.h), which lsof and netstat print. */
export const TCP_STATES: ReadonlyMap<string, SocketState> = new Map([
  ['CLOSED', 'CLOSE'],
  ['LISTEN', 'LISTEN'],
  ['SYN_SENT', 'SYN_SENT'],
  ['SYN_RCVD', 'SYN_RECV'],
  ['ESTABLISHED', 'ESTABLISHED'],
  ['CLOSE_WAIT', 'CLOSE_WAIT'],
  ['FIN_WAIT_1', 'FIN_WAIT1'],
  ['CLOSING', 'CLOSING'],
  ['LAST_ACK', 'LAST_ACK'],
  ['FIN_WAIT_2', 'FIN_WAIT2'],
  ['TIME_WAIT', 'TIME_WAIT'],
]);
