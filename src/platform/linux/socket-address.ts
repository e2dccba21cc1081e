import { foldMapped, formatIpv4, formatIpv6, parseIp } from '../../core/net/ip-address.ts';

export const AF_INET = 2;
export const AF_INET6 = 10;

/** A struct sockaddr_in or sockaddr_in6. `address` is canonical; a zone is the index of an interface. */
export function socketAddress(address: string, port: number, zone = 0): Buffer {
  const ip = parseIp(address);
  if (ip === null) throw new Error(`no address: ${address}`);
  const isIpv4 = ip.family === 'ipv4';
  const bytes = Buffer.alloc(isIpv4 ? 16 : 28);
  bytes.writeUInt16LE(isIpv4 ? AF_INET : AF_INET6, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(ip.bytes, isIpv4 ? 4 : 8);
  if (!isIpv4) bytes.writeUInt32LE(zone, 24);
  return bytes;
}

/** The address in such a structure; null for another family or one that is cut short. */
export function addressIn(bytes: Buffer): string | null {
  if (bytes.length < 8) return null;
  const family = bytes.readUInt16LE(0);
  if (family === AF_INET) return formatIpv4(bytes.readUInt32BE(4));
  if (family === AF_INET6 && bytes.length >= 24) return foldMapped(formatIpv6(bytes, 8));
  return null;
}
