import { u16, u32 } from './bytes.ts';
import { UNSCALED } from './tcp-direction.ts';

// RFC 9293, 3.2; RFC 7323; RFC 2018; IANA, TCP Option Kind Numbers.
const END_OF_LIST = 0;
const NO_OPERATION = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const MPTCP = 30;
const FAST_OPEN = 34;
/** RFC 7323, 2.3: a larger shift counts as this. */
const MOST_SHIFT = 14;
/** What a header has room for. */
const MOST_OPTIONS = 40;

/** The shift of a SYN's window scale option; UNSCALED when it has none. */
export function windowScaleOf(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let count = 0; at < end && count < MOST_OPTIONS; count++) {
    const kind = bytes[at]!;
    if (kind === END_OF_LIST) return UNSCALED;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > end) return UNSCALED;
    if (kind === WINDOW_SCALE && length === 3) return Math.min(bytes[at + 2]!, MOST_SHIFT);
    at += length;
  }
  return UNSCALED;
}

/** `MSS=1460`, `SACK_PERM`, `WS=128` … as tshark's Info column has them. */
export function formatTcpOptions(bytes: Uint8Array, start: number, end: number): string[] {
  const texts: string[] = [];
  let at = start;
  for (let count = 0; at < end && count < MOST_OPTIONS; count++) {
    const kind = bytes[at]!;
    if (kind === END_OF_LIST) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > end) break;
    const text = formatOption(bytes, at, kind, length);
    if (text !== null) texts.push(text);
    at += length;
  }
  return texts;
}

function formatOption(bytes: Uint8Array, at: number, kind: number, length: number): string | null {
  if (kind === MSS && length === 4) return `MSS=${u16(bytes, at + 2)}`;
  if (kind === WINDOW_SCALE && length === 3) return `WS=${2 ** Math.min(bytes[at + 2]!, MOST_SHIFT)}`;
  if (kind === SACK_PERMITTED) return 'SACK_PERM';
  if (kind === TIMESTAMPS && length === 10) return `TSval=${u32(bytes, at + 2)} TSecr=${u32(bytes, at + 6)}`;
  if (kind === FAST_OPEN) return 'TFO';
  if (kind === MPTCP) return 'MPTCP';
  if (kind !== SACK) return null;
  const blocks: string[] = [];
  for (let block = at + 2; block + 8 <= at + length; block += 8) {
    blocks.push(`SLE=${u32(bytes, block)} SRE=${u32(bytes, block + 4)}`);
  }
  return blocks.join(' ') || null;
}
