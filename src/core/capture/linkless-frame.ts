import type { CaptureRecord } from './capture-reader.ts';
import { InterfaceClock } from './interface-clock.ts';
import { journalTime } from './journal-time.ts';
import { read32 } from './pcap-reader.ts';
import { read16 } from './pcapng-options.ts';

// draft-ietf-opsawg-pcapng, 4. Block types:
const JOURNAL = 9;
/** Custom blocks, that may be copied by who does not know them and that may not. */
const CUSTOM = 0x0bad;
const CUSTOM_NOT_COPIED = 0x40000bad;
/** Events of sysdig, of three layouts that begin alike; those with flags are no frames, as in wireshark. */
const SYSDIG_EVENT = 0x204;
const SYSDIG_EVENT_2 = 0x216;
const SYSDIG_EVENT_LARGE = 0x221;
/** Processor (2), time (8), thread (8), length (4), type (2). */
const SYSDIG_HEADER = 24;
const NANOSECONDS_A_SECOND = 1_000_000_000n;

/** A block that is no packet as a frame without a link type, as wireshark shows it: a capture may hold nothing but such blocks. */
export interface LinklessFrame {
  /** In the bytes of the block. */
  readonly start: number;
  readonly end: number;
  readonly length: number;
  /** NaN without a time. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Null for one that may not be copied. */
  readonly record: CaptureRecord | null;
}

/** A block that is too short. */
export interface ShortBlock {
  readonly what: string;
  readonly why: string;
}

/** The frame of a block whose body is [start, end); null for blocks that have none. */
export function linklessFrame(
  type: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  little: boolean,
): LinklessFrame | ShortBlock | null {
  switch (type) {
    case JOURNAL:
      return journalFrame(bytes, start, end);
    case CUSTOM:
    case CUSTOM_NOT_COPIED:
      return customFrame(type, bytes, start, end, little);
    case SYSDIG_EVENT:
    case SYSDIG_EVENT_2:
    case SYSDIG_EVENT_LARGE:
      return sysdigFrame(type, bytes, start, end, little);
    default:
      return null;
  }
}

/** What a custom block has behind the number of the enterprise, without a time. */
function customFrame(
  type: number,
  bytes: Uint8Array,
  blockStart: number,
  end: number,
  little: boolean,
): LinklessFrame | ShortBlock {
  const start = blockStart + 4;
  if (start > end) return { what: 'a custom block', why: 'has no enterprise number' };
  const record = type === CUSTOM ? { type, enterprise: read32(bytes, blockStart, little) } : null;
  return { start, end, length: end - start, seconds: Number.NaN, nanoseconds: 0, record };
}

/** An entry of the systemd journal, with the time that the entry tells; zeros behind it are padding. */
function journalFrame(bytes: Uint8Array, start: number, blockEnd: number): LinklessFrame {
  let end = blockEnd;
  while (end > start && bytes[end - 1] === 0) end--;
  const micros = journalTime(bytes, start, end);
  return {
    start,
    end,
    length: end - start,
    seconds: micros === null ? Number.NaN : Math.floor(micros / 1e6),
    nanoseconds: micros === null ? 0 : (micros % 1e6) * 1000,
    record: { type: JOURNAL, enterprise: null },
  };
}

/** An event of sysdig from its time on, which is in nanoseconds; its length is that of time, thread and so on too. */
function sysdigFrame(
  type: number,
  bytes: Uint8Array,
  blockStart: number,
  blockEnd: number,
  little: boolean,
): LinklessFrame | ShortBlock {
  if (blockEnd - blockStart < SYSDIG_HEADER) return { what: 'an event of sysdig', why: 'is shorter than its header' };
  const start = blockStart + 2;
  const [first, second] = [read32(bytes, start, little), read32(bytes, start + 4, little)];
  const clock = new InterfaceClock(NANOSECONDS_A_SECOND, 0);
  if (little) clock.set(second, first);
  else clock.set(first, second);
  const length = read32(bytes, start + 16, little);
  return {
    start,
    end: Math.min(blockEnd, start + length),
    length,
    seconds: clock.seconds,
    nanoseconds: clock.nanoseconds,
    // a copy is in little-endian order, and what stands in events is not known
    record: little ? { type, enterprise: null, processor: read16(bytes, blockStart, little) } : null,
  };
}
