import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/system/clock.ts';
import type { EchoReply, EchoSocket } from '../../core/system/platform.ts';
import type { PathError } from './icmp-error.ts';
import { libc } from './libc.ts';
import type { ReceivedMessage } from './received-message.ts';
import { RequestSocket, SILENCE, SOCK_NONBLOCK_CLOEXEC } from './request-socket.ts';
import { AF_INET, AF_INET6, socketAddress } from './socket-address.ts';

// include/linux/socket.h, in.h, in6.h, icmp.h, icmpv6.h
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const ECHO_V4 = 8;
const ECHO_REPLY_V4 = 0;
const ECHO_V6 = 128;
const ECHO_REPLY_V6 = 129;

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const ECHO_HEADER = 8;
const TOKEN_BYTES = 8;
const LONGEST = 65_536;
/** As ping sends: 56 bytes after the header. */
const PAYLOAD_BYTES = 56;

/** Opens the socket of a family, without a privilege if that is permitted; null where neither way is. */
export function openEchoSocket(family: 'ipv4' | 'ipv6', clock: Clock): EchoSocket | null {
  const c = libc();
  const isIpv4 = family === 'ipv4';
  const domain = isIpv4 ? AF_INET : AF_INET6;
  const protocol = isIpv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  for (const [type, method] of [
    [SOCK_DGRAM, 'icmp_dgram'],
    [SOCK_RAW, 'icmp_raw'],
  ] as const) {
    const fd = c.socket(domain, type | SOCK_NONBLOCK_CLOEXEC, protocol);
    if (fd >= 0) return new Echoes(fd, isIpv4, clock, method);
  }
  return null;
}

class Echoes extends RequestSocket {
  private readonly token = randomBytes(TOKEN_BYTES);
  private readonly id = randomBytes(2).readUInt16BE();
  /** What is sent is the beginning of this: header, token, a pattern. */
  private readonly packet = Buffer.alloc(LONGEST);
  private sequence = 0;

  constructor(
    fd: number,
    isIpv4: boolean,
    clock: Clock,
    readonly method: EchoSocket['method'],
  ) {
    super(fd, isIpv4, clock);
    for (let at = ECHO_HEADER; at < LONGEST; at++) this.packet[at] = at;
    this.packet.set(this.token, ECHO_HEADER);
    if (method !== 'icmp_raw') return;
    // a raw socket hears all ICMP of the machine: answers alone are let through
    if (isIpv4) this.set(SOL_RAW, ICMP_FILTER, ~(1 << ECHO_REPLY_V4));
    else {
      const blocked = Buffer.alloc(32, 0xff);
      blocked.writeUInt32LE(~(1 << (ECHO_REPLY_V6 & 31)) >>> 0, (ECHO_REPLY_V6 >> 5) * 4);
      this.c.setsockopt(fd, IPPROTO_ICMPV6, ICMP_FILTER, blocked, 32);
    }
  }

  protected nextKey(): string {
    const { sequence } = this;
    this.sequence = (sequence + 1) & 0xffff;
    return String(sequence);
  }

  protected transmit(key: string, address: string, zone: number, bytes: number | null): boolean {
    const around = this.isIpv4 ? IPV4_HEADER : IPV6_HEADER;
    const length = bytes === null ? ECHO_HEADER + PAYLOAD_BYTES : Math.max(bytes - around, ECHO_HEADER + TOKEN_BYTES);
    const packet = this.packet.subarray(0, length);
    packet.fill(0, 0, ECHO_HEADER);
    packet[0] = this.isIpv4 ? ECHO_V4 : ECHO_V6;
    packet.writeUInt16BE(this.id, 4); // the kernel puts its own there for icmp_dgram
    packet.writeUInt16BE(Number(key), 6);
    if (this.isIpv4) packet.writeUInt16BE(internetChecksum(packet), 2); // that of ICMPv6 is the kernel's
    const to = socketAddress(address, 0, zone);
    return this.c.sendto(this.fd, packet, packet.length, 0, to, to.length) >= 0;
  }

  protected answerKey({ bytes: whole }: ReceivedMessage): string | null {
    const isRaw = this.isIpv4 && this.method === 'icmp_raw';
    const bytes = isRaw && whole.length > 0 ? whole.subarray((whole[0]! & 15) * 4) : whole;
    if (bytes.length < ECHO_HEADER + TOKEN_BYTES) return null;
    if (bytes[0] !== (this.isIpv4 ? ECHO_REPLY_V4 : ECHO_REPLY_V6) || !this.isOurs(bytes)) return null;
    return String(bytes.readUInt16BE(6));
  }

  protected errorKey({ bytes }: ReceivedMessage): string | null {
    if (bytes.length < ECHO_HEADER) return null;
    // a router may quote the header alone
    if (bytes.length >= ECHO_HEADER + TOKEN_BYTES && !this.isOurs(bytes)) return null;
    if (this.method === 'icmp_raw' && bytes.readUInt16BE(4) !== this.id) return null;
    return String(bytes.readUInt16BE(6));
  }

  protected replyTo(error: PathError, errorMs: number): EchoReply {
    return { ...SILENCE, ...error, cause: error.cause === 'port' ? null : error.cause, errorMs };
  }

  private isOurs(bytes: Buffer): boolean {
    return bytes.compare(this.token, 0, TOKEN_BYTES, ECHO_HEADER, ECHO_HEADER + TOKEN_BYTES) === 0;
  }
}

/** RFC 1071. */
export function internetChecksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
