import { type ByteText, constant } from '../net/byte-text.ts';
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

const MSS_IS = constant(' MSS=');
const SCALE_IS = constant(' WS=');
const MAY_SACK = constant(' SACK_PERM');
const TIME_IS = constant(' TSval=');
const ECHO_IS = constant(' TSecr=');
const FAST = constant(' TFO');
const MULTIPATH = constant(' MPTCP');
const LEFT_IS = constant(' SLE=');
const RIGHT_IS = constant(' SRE=');

/**
 * Writes ` MSS=1460 SACK_PERM WS=128`, with a space before each, as tshark's Info column has them. `base` is where the
 * sequence numbers of the other side begin, some of which a SACK tells.
 */
export function writeTcpOptions(out: ByteText, bytes: Uint8Array, start: number, end: number, base: number): void {
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
    writeOption(out, bytes, at, kind, length, base);
    at += length;
  }
}

function writeOption(out: ByteText, bytes: Uint8Array, at: number, kind: number, length: number, base: number): void {
  if (kind === MSS && length === 4) writeNumber(out, MSS_IS, u16(bytes, at + 2));
  else if (kind === WINDOW_SCALE && length === 3) writeNumber(out, SCALE_IS, 2 ** Math.min(bytes[at + 2]!, MOST_SHIFT));
  else if (kind === SACK_PERMITTED) out.constant(MAY_SACK);
  else if (kind === TIMESTAMPS && length === 10) {
    writeNumber(out, TIME_IS, u32(bytes, at + 2));
    writeNumber(out, ECHO_IS, u32(bytes, at + 6));
  } else if (kind === FAST_OPEN) out.constant(FAST);
  else if (kind === MPTCP) out.constant(MULTIPATH);
  else if (kind === SACK) {
    for (let block = at + 2; block + 8 <= at + length; block += 8) {
      writeNumber(out, LEFT_IS, (u32(bytes, block) - base) >>> 0);
      writeNumber(out, RIGHT_IS, (u32(bytes, block + 4) - base) >>> 0);
    }
  }
}

function writeNumber(out: ByteText, name: Uint8Array, value: number): void {
  out.constant(name);
  out.integer(value);
}
