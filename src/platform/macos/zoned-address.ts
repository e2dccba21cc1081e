import { foldMapped, formatIp, parseIp } from '../../core/net/ip-address.ts';

/** An address, and the interface that a link-local one belongs to. */
export interface ZonedAddress {
  readonly family: 'ipv4' | 'ipv6';
  /** Canonical text without the zone; an IPv4-mapped address as IPv4. */
  readonly addr: string;
  /** Name of the interface, or its index in decimal; null without a zone. */
  readonly zone: string | null;
}

/**
 * An address in any of the spellings of macOS tools: `fe80::1%en0` (RFC 4007), or `fe80:e::1`, where the kernel keeps
 * the index of the interface (here 14) in the second group (the KAME form: lsof prints it as it is). Null for anything
 * else.
 */
export function parseZonedAddress(text: string): ZonedAddress | null {
  const percent = text.indexOf('%');
  const ip = parseIp(percent < 0 ? text : text.slice(0, percent));
  if (ip === null) return null;
  let zone = percent < 0 ? null : text.slice(percent + 1) || null;
  const { bytes } = ip;
  if (ip.family === 'ipv6' && carriesZone(bytes)) {
    const index = (bytes[2]! << 8) | bytes[3]!;
    if (index !== 0) zone ??= String(index);
    bytes[2] = 0;
    bytes[3] = 0;
  }
  const addr = foldMapped(formatIp(ip));
  return { family: addr.includes(':') ? 'ipv6' : 'ipv4', addr, zone };
}

/** Link-local unicast, and multicast of interface or link scope that is not made of a prefix (RFC 3306). */
function carriesZone(bytes: Uint8Array): boolean {
  const first = bytes[0]!;
  const second = bytes[1]!;
  if (first === 0xfe) return (second & 0xc0) === 0x80;
  const scope = second & 0x2f;
  return first === 0xff && (scope === 1 || scope === 2);
}
