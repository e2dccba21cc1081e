import type { TcpConnection } from '../wire/tcp-connection.ts';
import type { TcpDirection } from '../wire/tcp-direction.ts';

/** How far a connection got that nobody ended, in the words of RFC 9293, 3.3.2. */
export type Opening = 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED';

/**
 * Established is a connection whose opener acknowledged the other side, or whose other side went on to send; and what
 * was under way before the capture began. Either side may not have been captured.
 */
export function openingOf(tcp: TcpConnection): Opening {
  if (tcp.client < 0) return 'ESTABLISHED';
  const [client, server] = tcp.client === 0 ? [tcp.a, tcp.b] : [tcp.b, tcp.a];
  if (client.lastAck !== 0 || bytesSent(server) > 0) return 'ESTABLISHED';
  return server.hasNext ? 'SYN_RECV' : 'SYN_SENT';
}

/** Bytes between the first sequence number and the next one that is expected, SYN and FIN left out. */
export function bytesSent({ hasBase, hasNext, baseSeq, nextSeq, finSeen }: TcpDirection): number {
  if (!hasBase || !hasNext) return 0;
  return Math.max(0, ((nextSeq - baseSeq - 1) >>> 0) - (finSeen ? 1 : 0));
}
