import type { Flow } from '../wire/flow.ts';

/** After the end of a connection, its last segments may still be on their way, or be repeated. */
const LINGER_S = 1;
/** The timeout of Linux connection tracking for UDP that was answered (nf_conntrack_udp_timeout_stream). */
const SILENT_S = 120;
/** After this time the connecting system has given up (net.ipv4.tcp_syn_retries of 6). */
const UNANSWERED_S = 130;

const BOTH_FINISHED = 3;
const RESET = 4;

/** Whether both sides of a connection have finished, or one has reset it. */
export function hasEnded({ tcp }: Flow): boolean {
  return tcp !== null && ((tcp.ended & RESET) !== 0 || (tcp.ended & BOTH_FINISHED) === BOTH_FINISHED);
}

/** Whether a stream of a live capture has come to its end by `now`, in seconds of the wall clock. */
export function isStreamOver(flow: Flow, now: number): boolean {
  const { isOver, tcp, lastSeconds, aPackets, bPackets } = flow;
  if (isOver) return true;
  const silent = now - lastSeconds;
  if (tcp === null) return silent >= SILENT_S;
  if (hasEnded(flow)) return silent > LINGER_S;
  return (aPackets === 0 || bPackets === 0) && silent >= UNANSWERED_S;
}

/** Whether no more of it will come, not even late. */
export function isStreamPast(flow: Flow, now: number): boolean {
  return now - flow.lastSeconds >= PAST_S && isStreamOver(flow, now);
}
/** As long as Linux keeps a connection in TIME_WAIT (TCP_TIMEWAIT_LEN). */
const PAST_S = 60;
