import type { SocketState } from '../../core/record/tables/conn.ts';
import type { SocketDraft } from '../../core/socket/blank-socket.ts';

/**
 * Offsets into struct tcp_info (include/uapi/linux/tcp.h), in 32-bit words. The kernel only ever appends to it, so an
 * older kernel sends fewer, and what it does not send stays null.
 */
const RETRANSMITS = 0; // in bits 16 to 23
const SND_MSS = 4;
const LOST = 8;
const RTT = 17;
const RTTVAR = 18;
const SND_CWND = 20;
const TOTAL_RETRANS = 25;
const BYTES_ACKED = 30;
const BYTES_RECEIVED = 32;
const SEGS_OUT = 34;
const SEGS_IN = 35;
const NOTSENT_BYTES = 36;
const MIN_RTT = 37;
const DATA_SEGS_IN = 38;
const DELIVERY_RATE = 40;
const BYTES_SENT = 50;
const BYTES_RETRANS = 52;

/** tcpi_min_rtt before the first sample. */
const NO_MIN_RTT = 0xffffffff;

/** The peer has sent its FIN, and nothing of what it sent is missing: the kernel counts it among the bytes received. */
const PEER_HAS_FINISHED: ReadonlySet<SocketState> = new Set(['CLOSE_WAIT', 'LAST_ACK', 'CLOSING']);
/** We have sent our FIN, or are about to, and it is not acknowledged. */
const FINISHING: ReadonlySet<SocketState> = new Set(['FIN_WAIT1', 'LAST_ACK', 'CLOSING']);
/** Of these the kernel counts one byte each among those acknowledged: the SYN of the side that connected, and a FIN. */
const MOST_COUNTED = 2;

/**
 * Fills in what the struct tcp_info in `words[at]` to `words[end - 1]` says of a connection, whose state and queues are
 * filled in already. The kernel counts sequence numbers, so SYN and FIN count as a byte each; here only payload does.
 */
export function fillFromTcpInfo(socket: SocketDraft, words: Uint32Array, at: number, end: number): void {
  const length = end - at;
  if (length <= TOTAL_RETRANS) return;
  socket.retransmits = (words[at + RETRANSMITS]! >>> 16) & 0xff;
  socket.mss = words[at + SND_MSS]!;
  socket.lost = words[at + LOST]!;
  const rtt = words[at + RTT]!;
  if (rtt !== 0) {
    socket.rtt_ms = rtt / 1000;
    socket.rttvar_ms = words[at + RTTVAR]! / 1000;
  }
  socket.cwnd = words[at + SND_CWND]!;
  socket.retrans = words[at + TOTAL_RETRANS]!;
  if (length <= SEGS_IN) return; // before Linux 4.2
  const acked = readUint64(words, at + BYTES_ACKED);
  socket.bytes_acked = acked;
  socket.tx_bytes = acked;
  const received = readUint64(words, at + BYTES_RECEIVED);
  socket.rx_bytes = received > 0 && PEER_HAS_FINISHED.has(socket.state) ? received - 1 : received;
  socket.tx_packets = words[at + SEGS_OUT]!;
  socket.rx_packets = words[at + SEGS_IN]!;
  if (length <= DATA_SEGS_IN) return; // before Linux 4.6
  const minRtt = words[at + MIN_RTT]!;
  if (minRtt !== NO_MIN_RTT) socket.min_rtt_ms = minRtt / 1000;
  // no segment had payload, so what was received is the FIN: of a connection that is over its state does not tell
  if (words[at + DATA_SEGS_IN]! === 0) socket.rx_bytes = 0;
  if (length <= DELIVERY_RATE + 1) return; // before Linux 4.9
  const rate = readUint64(words, at + DELIVERY_RATE);
  if (rate !== 0) socket.delivery_rate = rate;
  if (length <= BYTES_RETRANS + 1) return; // before Linux 4.19
  const retransmitted = readUint64(words, at + BYTES_RETRANS);
  socket.bytes_retrans = retransmitted;
  const sent = readUint64(words, at + BYTES_SENT) - retransmitted;
  socket.tx_bytes = sent;
  socket.bytes_acked = payloadAcked(acked, sent, words[at + NOTSENT_BYTES]!, socket);
}

/**
 * How many of the bytes `sent` are acknowledged. That is what is not under way; but the queue was read a moment before
 * the rest, and so may not fit. Then it is what the kernel counts, if that is not more than was sent.
 */
function payloadAcked(counted: number, sent: number, notSent: number, { state, tx_queue }: SocketDraft): number {
  const most = Math.min(counted, sent);
  if (tx_queue === null) return most;
  const fin = notSent === 0 && FINISHING.has(state) ? 1 : 0;
  const payload = sent - (tx_queue - notSent - fin);
  return payload <= most && counted - payload <= MOST_COUNTED ? Math.max(0, payload) : most;
}

/** Exact to 2^53, which takes one connection eight days at 100 Gbit/s. */
function readUint64(words: Uint32Array, at: number): number {
  const high = words[at + 1]!;
  // the sum would be a number on the heap, even when it is small
  return high === 0 ? words[at]! : high * 0x1_0000_0000 + words[at]!;
}
