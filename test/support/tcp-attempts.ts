import { type Segment, tcpFrame } from './frames.ts';
import type { StatisticFrame } from './run-statistic.ts';

const SYN = 2;
const RST_ACK = 0x14;
const SYN_ACK = 0x12;
const ACK = 0x10;

/** The address 10.0.0.0 and this many more. */
export const host = (number: number): readonly number[] => [10, 0, number >> 8, number & 255];

/** half-open: the server answers, and the client does not. one-way: the server's answer was not captured. */
export type End = 'complete' | 'refused' | 'unanswered' | 'half-open' | 'one-way';

/** One attempt to connect. */
export interface Attempt {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly client?: readonly number[];
  readonly server?: readonly number[];
  readonly clientPort?: number;
  readonly port?: number;
  readonly ends?: End;
  /** Milliseconds from SYN to SYN-ACK. */
  readonly answersIn?: number;
}

/** The segments of an attempt: from 10.0.0.1:40000 to 10.0.0.2:80, complete, answered in 1 ms, unless told. */
export function attempt(given: Attempt): readonly StatisticFrame[] {
  const {
    at,
    client = host(1),
    server = host(2),
    clientPort = 40_000,
    port = 80,
    ends = 'complete',
    answersIn = 1,
  } = given;
  const asks = { from: client, to: server, srcPort: clientPort, dstPort: port };
  const answers = { from: server, to: client, srcPort: port, dstPort: clientPort };
  const frame = (milliseconds: number, segment: Segment, payload: readonly number[] = []): StatisticFrame => ({
    bytes: tcpFrame(segment, payload),
    milliseconds,
  });
  const syn = frame(at, { ...asks, flags: SYN, seq: 1000 });
  if (ends === 'unanswered') return [syn];
  if (ends === 'refused') return [syn, frame(at + answersIn, { ...answers, flags: RST_ACK, seq: 0, ack: 1001 })];
  const synAck = frame(at + answersIn, { ...answers, flags: SYN_ACK, seq: 5000, ack: 1001 });
  if (ends === 'half-open') return [syn, synAck];
  const ack = frame(at + answersIn + 1, { ...asks, flags: ACK, seq: 1001, ack: 5001 });
  return ends === 'one-way' ? [syn, ack] : [syn, synAck, ack];
}

/** Attempts one after the other in one list, in the order of time. */
export const attempts = (count: number, of: (index: number) => Attempt): readonly StatisticFrame[] =>
  Array.from({ length: count }, (_, index) => attempt(of(index)))
    .flat()
    .sort((a, b) => a.milliseconds! - b.milliseconds!);
