import { read32 } from './pcap-reader.ts';

/** An option of a pcapng block: its code, and where its value lies. */
export interface PcapngOption {
  readonly code: number;
  readonly start: number;
  readonly end: number;
}

export function read16(bytes: Uint8Array, at: number, little: boolean): number {
  return little ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;
}

/** The options in [start, end) of a block (draft-ietf-opsawg-pcapng, 3.5), up to the first that does not fit. */
export function* pcapngOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  little: boolean,
): Generator<PcapngOption> {
  for (let at = start; at + 4 <= end; ) {
    const code = read16(bytes, at, little);
    const length = read16(bytes, at + 2, little);
    if (code === 0 || at + 4 + length > end) return;
    yield { code, start: at + 4, end: at + 4 + length };
    at += 4 + length + (-length & 3);
  }
}

/** Units of a time stamp in a second, from if_tsresol: a power of ten, or of two when the highest bit is set. */
export function unitsPerSecond(resolution: number): bigint {
  const exponent = BigInt(resolution & 0x7f);
  return (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
}

/** 64 bits as two halves in the file's byte order. */
export function read64(bytes: Uint8Array, at: number, little: boolean): bigint {
  const first = BigInt(read32(bytes, at, little));
  const second = BigInt(read32(bytes, at + 4, little));
  return little ? (second << 32n) | first : (first << 32n) | second;
}

/** Text without the zeros that end it in C. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end)).replace(/\0+$/, '');
}
