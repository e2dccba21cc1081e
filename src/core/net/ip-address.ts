import type { ByteText } from './byte-text.ts';

/** An IP address as the bytes of its header field: 4 or 16, network order. */
export interface IpAddress {
  readonly family: 'ipv4' | 'ipv6';
  readonly bytes: Uint8Array;
}

const ZERO = 0x30;
const DOT = 0x2e;
const COLON = 0x3a;
const MAPPED = '::ffff:';

/** `10.0.0.1` from its 32 bits in network order (as an unsigned number, or a signed one from `|`). */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/**
 * Canonical text (RFC 5952) of the 16 bytes at `offset`, which the caller knows to be there. An IPv4-mapped address
 * keeps its prefix, `::ffff:10.0.0.1`; see `foldMapped`.
 */
export function formatIpv6(bytes: Uint8Array, offset = 0): string {
  const run = longestZeros(bytes, offset);
  const runStart = run >> 4;
  const runEnd = runStart + (run & 15);
  if (runStart === 0 && runEnd === 5 && group(bytes, offset, 5) === 0xffff) {
    return MAPPED + formatIpv4((group(bytes, offset, 6) << 16) | group(bytes, offset, 7));
  }
  let text = '';
  for (let index = 0; index < 8; index++) {
    if (index === runStart) {
      text += '::';
      index = runEnd - 1;
    } else {
      if (index > 0 && index !== runEnd) text += ':';
      text += group(bytes, offset, index).toString(16);
    }
  }
  return text;
}

/** Writes the same text. */
export function writeIpv6(out: ByteText, bytes: Uint8Array, offset: number): void {
  const run = longestZeros(bytes, offset);
  const runStart = run >> 4;
  const runEnd = runStart + (run & 15);
  if (runStart === 0 && runEnd === 5 && group(bytes, offset, 5) === 0xffff) {
    out.ascii(MAPPED);
    out.ipv4((group(bytes, offset, 6) << 16) | group(bytes, offset, 7));
    return;
  }
  for (let index = 0; index < 8; index++) {
    if (index === runStart) {
      out.byte(COLON);
      out.byte(COLON);
      index = runEnd - 1;
    } else {
      if (index > 0 && index !== runEnd) out.byte(COLON);
      out.hex16(group(bytes, offset, index));
    }
  }
}

/** Where the first of the longest runs of zeros begins, times 16, and how many groups it has; -16 for none of two or more. */
function longestZeros(bytes: Uint8Array, offset: number): number {
  let runStart = -1;
  let runLength = 1; // a single zero group is written out
  for (let start = 0; start < 8; start++) {
    const first = start;
    while (start < 8 && group(bytes, offset, start) === 0) start++;
    if (start - first > runLength) {
      runStart = first;
      runLength = start - first;
    }
  }
  return runStart < 0 ? -16 : runStart * 16 + runLength;
}

function group(bytes: Uint8Array, offset: number, index: number): number {
  return (bytes[offset + 2 * index]! << 8) | bytes[offset + 2 * index + 1]!;
}

/** `::ffff:10.0.0.1` → `10.0.0.1`; any other canonical address as it is (RFC 4291, 2.5.5.2). */
export function foldMapped(canonical: string): string {
  return canonical.startsWith(MAPPED) && canonical.includes('.') ? canonical.slice(MAPPED.length) : canonical;
}

/** An IPv4 or IPv6 address in any spelling of RFC 4291, without zone or port; null for anything else. */
export function parseIp(text: string): IpAddress | null {
  const address = parseIpv4(text);
  if (address !== null) {
    const bytes = Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
    return { family: 'ipv4', bytes };
  }
  const bytes = new Uint8Array(16);
  return parseIpv6Into(text, bytes) ? { family: 'ipv6', bytes } : null;
}

/** Canonical text of a parsed address. */
export function formatIp({ family, bytes }: IpAddress): string {
  return family === 'ipv6'
    ? formatIpv6(bytes)
    : formatIpv4((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!);
}

/**
 * The 32 bits of a dotted quad as an unsigned number, or null. Four decimal parts and nothing else: no octal, no short
 * forms, no leading zeros. Allocates nothing.
 */
export function parseIpv4(text: string, start = 0): number | null {
  let address = 0;
  let parts = 0;
  let part = -1; // no digit yet
  for (let index = start; index <= text.length; index++) {
    const code = index < text.length ? text.charCodeAt(index) : DOT;
    if (code === DOT) {
      if (part < 0 || ++parts > 4) return null;
      address = address * 256 + part;
      part = -1;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9 || part === 0) return null;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return null;
    }
  }
  return parts === 4 ? address : null;
}

/** Writes the 16 bytes of an IPv6 address to `bytes` and says whether the text is one. Allocates nothing. */
export function parseIpv6Into(text: string, bytes: Uint8Array): boolean {
  if (text.length < 2 || text.length > 45) return false;
  let length = 0;
  let gap = -1; // where `::` stands
  let index = 0;
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false;
    gap = 0;
    index = 2;
  }
  while (index < text.length) {
    if (length === 16) return false;
    const start = index;
    let value = 0;
    let digit = hexDigit(text.charCodeAt(index));
    while (digit >= 0 && index - start < 4) {
      value = value * 16 + digit;
      digit = hexDigit(text.charCodeAt(++index));
    }
    if (text.charCodeAt(index) === DOT) {
      const quad = length <= 12 ? parseIpv4(text, start) : null;
      if (quad === null) return false;
      bytes[length++] = quad >>> 24;
      bytes[length++] = quad >>> 16;
      bytes[length++] = quad >>> 8;
      bytes[length++] = quad;
      break;
    }
    if (index === start) return false;
    bytes[length++] = value >>> 8;
    bytes[length++] = value;
    if (index === text.length) break;
    if (text.charCodeAt(index++) !== COLON) return false;
    if (text.charCodeAt(index) === COLON) {
      if (gap >= 0) return false;
      gap = length;
      index++;
    } else if (index === text.length) {
      return false;
    }
  }
  if (gap < 0) return length === 16;
  if (length === 16) return false;
  bytes.copyWithin(16 - (length - gap), gap, length);
  bytes.fill(0, gap, 16 - (length - gap));
  return true;
}

/** 0-15, or -1 for any other code (NaN past the end included). */
function hexDigit(code: number): number {
  if (code >= ZERO && code <= 0x39) return code - ZERO;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
