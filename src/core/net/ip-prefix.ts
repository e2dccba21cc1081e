import { foldMapped, formatIp, type IpAddress, parseIp, parseIpv4, parseIpv6Into } from './ip-address.ts';

/** A block of addresses: `10.0.0.0/8`, or a single address with its full length. Host bits are zero. */
export interface IpPrefix extends IpAddress {
  /** Bits that are fixed: 0-32 or 0-128. */
  readonly length: number;
}

/**
 * An address or CIDR block in any spelling; host bits are cleared, and a block of IPv4-mapped addresses becomes the
 * IPv4 block it stands for. Null for anything else.
 */
export function parsePrefix(text: string): IpPrefix | null {
  const slash = text.indexOf('/');
  const written = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (written === null) return null;
  const width = written.bytes.length * 8;
  const digits = slash < 0 ? String(width) : text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(digits) || Number(digits) > width) return null;
  const folded = Number(digits) >= 96 ? parseIp(foldMapped(formatIp(written)))! : written;
  const length = Number(digits) - (width - folded.bytes.length * 8);
  const bytes = folded.bytes.map((byte, index) => byte & maskByte(length, index));
  return { family: folded.family, bytes, length };
}

/**
 * A test of canonical address text against a block. IPv4-mapped text counts as IPv4; a zone (`%eth0`) or a prefix
 * length (`10.0.0.1/8`, as interfaces list their addresses) after the address is left out of account.
 */
export function prefixTest(prefix: IpPrefix): (text: string) => boolean {
  const { bytes, length } = prefix;
  if (prefix.family === 'ipv4') {
    const mask = length === 0 ? 0 : -1 << (32 - length);
    const network = (bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!;
    return (text) => {
      const address = parseIpv4(foldMapped(bareAddress(text)));
      return address !== null && ((address ^ network) & mask) === 0;
    };
  }
  const masks = bytes.map((_, index) => maskByte(length, index));
  const address = new Uint8Array(16);
  return (text) => {
    if (!parseIpv6Into(foldMapped(bareAddress(text)), address)) return false;
    for (let index = 0; index < 16; index++) {
      if ((address[index]! & masks[index]!) !== bytes[index]) return false;
    }
    return true;
  };
}

/** Whether every address of `inner` is one of `outer`. */
export function holds(outer: IpPrefix, inner: IpPrefix): boolean {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  for (let index = 0; 8 * index < outer.length; index++) {
    if (((outer.bytes[index]! ^ inner.bytes[index]!) & maskByte(outer.length, index)) !== 0) return false;
  }
  return true;
}

/** The address without zone and prefix length. */
export function bareAddress(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x25 || code === 0x2f) return text.slice(0, index);
  }
  return text;
}

/** Mask of the byte at `index` under a prefix of `length` bits. */
function maskByte(length: number, index: number): number {
  const bits = Math.min(8, Math.max(0, length - 8 * index));
  return 0xff & (0xff << (8 - bits));
}
