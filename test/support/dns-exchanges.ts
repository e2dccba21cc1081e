import { udpFrame } from './frames.ts';
import { ascii, u16, u32 } from './headers.ts';
import type { StatisticFrame } from './run-statistic.ts';

const NOERROR = 0;
export const SERVFAIL = 2;
export const NXDOMAIN = 3;
export const REFUSED = 5;

/** One question, and what becomes of it. */
export interface DnsExchange {
  readonly name: string;
  /** 1 (A) unless told. */
  readonly type?: number;
  /** Null for no answer. */
  readonly rcode?: number | null;
  /** A text to answer with, as a TXT record. */
  readonly text?: string;
  readonly client?: readonly number[];
  readonly server?: readonly number[];
  /** The number; counted unless told. */
  readonly id?: number;
  /** When it is asked, in milliseconds after the start, and how long the answer takes. */
  readonly at: number;
  readonly takes?: number;
}

/** The frames of the exchanges in the order of time, from 10.0.0.1 to 10.0.0.53 unless told. */
export function dnsFrames(exchanges: readonly DnsExchange[]): StatisticFrame[] {
  const frames = exchanges.flatMap((one, index): (StatisticFrame & { readonly milliseconds: number })[] => {
    const { name, type = 1, rcode = NOERROR, text, client = [10, 0, 0, 1], server = [10, 0, 0, 53], at } = one;
    const { id = index + 1, takes = 1 } = one;
    const port = 20_000 + (index % 40_000);
    const question = [...name.split('.').flatMap((label) => [label.length, ...ascii(label)]), 0, ...u16(type), 0, 1];
    const query = [...u16(id), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...question];
    const asked = {
      bytes: udpFrame({ from: client, to: server, srcPort: port, dstPort: 53 }, query),
      milliseconds: at,
    };
    if (rcode === null) return [asked];
    const data = text === undefined ? [] : [text.length, ...ascii(text)];
    const record = text === undefined ? [] : [0xc0, 12, 0, 16, 0, 1, ...u32(0), ...u16(data.length), ...data];
    const counts = [0, 1, 0, text === undefined ? 0 : 1, 0, 0, 0, 0];
    const answer = [...u16(id), 0x81, 0x80 | rcode, ...counts, ...question, ...record];
    const answered = udpFrame({ from: server, to: client, srcPort: 53, dstPort: port }, answer);
    return [asked, { bytes: answered, milliseconds: at + takes }];
  });
  return frames.sort((one, other) => one.milliseconds - other.milliseconds);
}
