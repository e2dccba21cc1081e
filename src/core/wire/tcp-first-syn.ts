import { type Segment, TcpConnection } from './tcp-connection.ts';

/** A connection after its first segment: a SYN of A without data, whose window scale option has this shift. */
export function connectionAfterSyn(segment: Segment, scale: number): TcpConnection {
  const connection = new TcpConnection();
  const side = connection.sender(segment.direction);
  connection.offerScale(side, scale);
  connection.follow(segment, 0);
  connection.remember(segment, 0, 0, false);
  side.dataSeq = (segment.tcpSeq + 1) | 0;
  side.hasDataSeq = true;
  return connection;
}
