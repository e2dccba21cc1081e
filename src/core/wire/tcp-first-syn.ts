import { type Segment, TcpConnection } from './tcp-connection.ts';

/** Added to the shift of a scale: those that stand for no number are above 0 then. */
const SCALE_BIAS = 3;
/** No SYN, in place of a word of one. */
export const NO_SYN = 0;

/** The window of a SYN, and above it the shift of its window scale option, as a word that is not NO_SYN. */
export const packSyn = (window: number, scale: number): number => ((scale + SCALE_BIAS) << 16) | window;

export const windowOfSyn = (word: number): number => word & 0xffff;

export const scaleOfSyn = (word: number): number => (word >> 16) - SCALE_BIAS;

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
