import type { Socket } from './socket.ts';

/** The fields of a socket that are numbers, in the order in which `numbersOf` gives them. */
export const SOCKET_NUMBERS = [
  'local_port',
  'remote_port',
  'inode',
  'rx_queue',
  'tx_queue',
  'rx_bytes',
  'tx_bytes',
  'rx_packets',
  'tx_packets',
  'rtt_ms',
  'rttvar_ms',
  'min_rtt_ms',
  'retrans',
  'lost',
  'cwnd',
  'mss',
  'bytes_acked',
  'bytes_retrans',
  'delivery_rate',
  'retransmits',
  'rmem_bytes',
  'wmem_bytes',
  'rcvbuf_bytes',
  'sndbuf_bytes',
  'drops',
] as const satisfies readonly (keyof Socket)[];

/** What stands for null. */
export const UNKNOWN = -1;

/**
 * Puts the numbers of a socket into `into`, and UNKNOWN where it has none. One after another: by a name that changes, a property
 * is read in ten times the time.
 */
export function numbersOf(socket: Socket, into: Float64Array): void {
  into[0] = socket.local_port;
  into[1] = socket.remote_port ?? UNKNOWN;
  into[2] = socket.inode ?? UNKNOWN;
  into[3] = socket.rx_queue ?? UNKNOWN;
  into[4] = socket.tx_queue ?? UNKNOWN;
  into[5] = socket.rx_bytes ?? UNKNOWN;
  into[6] = socket.tx_bytes ?? UNKNOWN;
  into[7] = socket.rx_packets ?? UNKNOWN;
  into[8] = socket.tx_packets ?? UNKNOWN;
  into[9] = socket.rtt_ms ?? UNKNOWN;
  into[10] = socket.rttvar_ms ?? UNKNOWN;
  into[11] = socket.min_rtt_ms ?? UNKNOWN;
  into[12] = socket.retrans ?? UNKNOWN;
  into[13] = socket.lost ?? UNKNOWN;
  into[14] = socket.cwnd ?? UNKNOWN;
  into[15] = socket.mss ?? UNKNOWN;
  into[16] = socket.bytes_acked ?? UNKNOWN;
  into[17] = socket.bytes_retrans ?? UNKNOWN;
  into[18] = socket.delivery_rate ?? UNKNOWN;
  into[19] = socket.retransmits ?? UNKNOWN;
  into[20] = socket.rmem_bytes ?? UNKNOWN;
  into[21] = socket.wmem_bytes ?? UNKNOWN;
  into[22] = socket.rcvbuf_bytes ?? UNKNOWN;
  into[23] = socket.sndbuf_bytes ?? UNKNOWN;
  into[24] = socket.drops ?? UNKNOWN;
}
