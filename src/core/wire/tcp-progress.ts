import type { Opening, TcpConnection } from './tcp-connection.ts';
import { SILENT, type TcpDirection } from './tcp-direction.ts';

/**
 * Established is a connection whose opener acknowledged the other side, or whose other side went on to send; and what
 * was under way before the capture began. Either side may not have been captured.
 */
export function openingOf(tcp: TcpConnection): Opening {
  if (tcp.past !== null) return tcp.past.opening;
  if (tcp.client < 0) return 'ESTABLISHED';
  const [client, server] = tcp.client === 0 ? [tcp.a, tcp.b] : [tcp.b, tcp.a];
  if (client.lastAck !== 0 || bytesSent(server) > 0) return 'ESTABLISHED';
  return server.hasNext ? 'SYN_RECV' : 'SYN_SENT';
}

/** What A (0) or B (1) sent, according to the sequence numbers. */
export function bytesSentBy(tcp: TcpConnection, side: number): number {
  if (tcp.past !== null) return side === 0 ? tcp.past.aBytes : tcp.past.bBytes;
  return bytesSent(side === 0 ? tcp.a : tcp.b);
}

/** Bytes between the first sequence number and the next one that is expected, SYN and FIN left out. */
function bytesSent({ hasBase, hasNext, baseSeq, nextSeq, finSeen }: TcpDirection): number {
  if (!hasBase || !hasNext) return 0;
  return Math.max(0, ((nextSeq - baseSeq - 1) >>> 0) - (finSeen ? 1 : 0));
}

/**
 * Nothing more will come: the results of its sides are kept; the state for judging their segments, twice the size of
 * all the rest, is freed.
 */
export function settle(tcp: TcpConnection): void {
  if (tcp.past !== null) return;
  tcp.past = { opening: openingOf(tcp), aBytes: bytesSentBy(tcp, 0), bBytes: bytesSentBy(tcp, 1) };
  tcp.a = tcp.b = SILENT;
}
