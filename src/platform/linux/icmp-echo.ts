import { randomBytes } from 'node:crypto';
import type { EchoReply, EchoSocket } from '../platform.ts';
import { ERRNO, type Libc, libc } from './libc.ts';
import { type ControlMessage, MessageReceiver } from './received-message.ts';
import { AF_INET, AF_INET6, addressIn, socketAddress } from './socket-address.ts';

// include/linux/socket.h, in.h, in6.h, icmp.h, icmpv6.h, errqueue.h
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
const IPPROTO_IP = 0;
const IPPROTO_ICMP = 1;
const IPPROTO_IPV6 = 41;
const IPPROTO_ICMPV6 = 58;
const SOL_SOCKET = 1;
const SOL_RAW = 255;
const SO_RCVBUF = 8;
const SO_TIMESTAMPNS = 35;
const IP_RECVERR = 11;
const IPV6_RECVERR = 25;
const ICMP_FILTER = 1;
const CLOCK_REALTIME = 0;

const ECHO_HEADER = 8;
const TOKEN_BYTES = 8;
/** As ping sends: 56 bytes after the header. */
const PAYLOAD_BYTES = 56;
/** Between two looks while somebody waits; the kernel says when an answer came, so that it costs no precision. */
const LOOK_MS = 2;
const MOST_REMEMBERED = 4096;

interface Waiting {
  readonly address: string;
  readonly sentAt: number;
  readonly answer: (reply: EchoReply) => void;
  isAnswered: boolean;
}

/** Opens the socket of a family, without a privilege if that is permitted; null where neither way is. */
export function openEchoSocket(family: 'ipv4' | 'ipv6'): EchoSocket | null {
  const c = libc();
  const isIpv4 = family === 'ipv4';
  const domain = isIpv4 ? AF_INET : AF_INET6;
  const protocol = isIpv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  for (const [type, method] of [
    [SOCK_DGRAM, 'icmp_dgram'],
    [SOCK_RAW, 'icmp_raw'],
  ] as const) {
    const fd = c.socket(domain, type | SOCK_NONBLOCK_CLOEXEC, protocol);
    if (fd >= 0) return new Echoes(c, fd, isIpv4, method);
  }
  return null;
}

class Echoes implements EchoSocket {
  readonly method: EchoSocket['method'];
  private readonly c: Libc;
  private readonly fd: number;
  private readonly isIpv4: boolean;
  private readonly receiver = new MessageReceiver();
  private readonly token = randomBytes(TOKEN_BYTES);
  private readonly id = randomBytes(2).readUInt16BE();
  private readonly waiting = new Map<number, Waiting>();
  private readonly again = new Map<string, number>();
  private readonly time = Buffer.alloc(16);
  private sequence = 0;
  private open = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(c: Libc, fd: number, isIpv4: boolean, method: EchoSocket['method']) {
    this.c = c;
    this.fd = fd;
    this.isIpv4 = isIpv4;
    this.method = method;
    const on = int(1);
    c.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, on, 4);
    c.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, int(1024 * 1024), 4);
    if (isIpv4) c.setsockopt(fd, IPPROTO_IP, IP_RECVERR, on, 4);
    else c.setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, on, 4);
    if (method === 'icmp_dgram') return;
    // a raw socket hears all ICMP of the machine: answers alone are let through
    if (isIpv4) c.setsockopt(fd, SOL_RAW, ICMP_FILTER, int(~1), 4);
    else {
      const blocked = Buffer.alloc(32, 0xff);
      blocked.writeUInt32LE(~(1 << (ECHO_REPLY_V6 & 31)) >>> 0, (ECHO_REPLY_V6 >> 5) * 4);
      c.setsockopt(fd, IPPROTO_ICMPV6, ICMP_FILTER, blocked, 32);
    }
  }

  send(address: string, zone: number, timeoutMs: number, signal: AbortSignal): Promise<EchoReply> {
    const sequence = this.sequence;
    this.sequence = (sequence + 1) & 0xffff;
    return new Promise((resolve) => {
      const finish = (reply: EchoReply): void => {
        if (waiting.isAnswered) return;
        waiting.isAnswered = true;
        this.open--;
        clearTimeout(timer);
        signal.removeEventListener('abort', abandon);
        resolve(reply);
      };
      const abandon = (): void => finish({ rttMs: null, error: 'interrupted', from: null });
      const timer = setTimeout(() => {
        this.drain(); // it may lie there
        finish({ rttMs: null, error: null, from: null });
      }, timeoutMs);
      signal.addEventListener('abort', abandon, { once: true });
      const waiting: Waiting = { address, sentAt: performance.now(), answer: finish, isAnswered: false };
      this.waiting.delete(sequence);
      this.waiting.set(sequence, waiting);
      if (this.waiting.size > MOST_REMEMBERED) this.waiting.delete(this.waiting.keys().next().value!);
      this.open++;
      const error = this.transmit(sequence, address, zone);
      if (error !== null) finish({ rttMs: null, error, from: null });
      else this.look();
    });
  }

  duplicates(address: string): number {
    const count = this.again.get(address) ?? 0;
    this.again.delete(address);
    return count;
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.c.close(this.fd);
  }

  private transmit(sequence: number, address: string, zone: number): string | null {
    const packet = Buffer.alloc(ECHO_HEADER + PAYLOAD_BYTES);
    packet[0] = this.isIpv4 ? ECHO_V4 : ECHO_V6;
    packet.writeUInt16BE(this.id, 4); // the kernel puts its own there for icmp_dgram
    packet.writeUInt16BE(sequence, 6);
    packet.set(this.token, ECHO_HEADER);
    for (let at = ECHO_HEADER + TOKEN_BYTES; at < packet.length; at++) packet[at] = at;
    if (this.isIpv4) packet.writeUInt16BE(internetChecksum(packet), 2); // that of ICMPv6 is the kernel's
    const to = socketAddress(address, 0, zone);
    for (let attempt = 0; ; attempt++) {
      if (this.c.sendto(this.fd, packet, packet.length, 0, to, to.length) >= 0) return null;
      const errno = this.c.errno();
      // an error of an earlier request may be told by this call: it is in the queue, and the next call sends
      if (attempt < 2 && this.drainErrors() > 0) continue;
      return SEND_ERRORS[errno] ?? `the system refuses to send: errno ${errno}`;
    }
  }

  private look(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.drain();
      if (this.open > 0) this.look();
    }, LOOK_MS);
  }

  private drain(): void {
    for (;;) {
      const message = this.receiver.receive(this.fd, false);
      if (message === null) break;
      const now = performance.now();
      let { bytes } = message;
      if (this.isIpv4 && this.method === 'icmp_raw') bytes = bytes.subarray((bytes[0]! & 15) * 4);
      if (bytes.length < ECHO_HEADER + TOKEN_BYTES) continue;
      if (bytes[0] !== (this.isIpv4 ? ECHO_REPLY_V4 : ECHO_REPLY_V6) || !this.isOurs(bytes)) continue;
      const waiting = this.waiting.get(bytes.readUInt16BE(6));
      if (waiting === undefined) continue;
      if (waiting.isAnswered) this.again.set(waiting.address, (this.again.get(waiting.address) ?? 0) + 1);
      const elapsed = now - waiting.sentAt;
      const late = this.waitedMs(message.controls);
      waiting.answer({
        rttMs: late >= 0 && late < elapsed ? elapsed - late : elapsed, // else the wall clock was set
        error: null,
        from: addressIn(message.from),
      });
    }
    this.drainErrors();
  }

  private drainErrors(): number {
    let count = 0;
    for (;;) {
      const message = this.receiver.receive(this.fd, true);
      if (message === null) return count;
      count++;
      const { bytes, controls } = message;
      if (bytes.length < ECHO_HEADER) continue;
      // a router may quote the header alone
      if (bytes.length >= ECHO_HEADER + TOKEN_BYTES && !this.isOurs(bytes)) continue;
      if (this.method === 'icmp_raw' && bytes.readUInt16BE(4) !== this.id) continue;
      const error = errorIn(controls);
      if (error !== null) this.waiting.get(bytes.readUInt16BE(6))?.answer({ rttMs: null, ...error });
    }
  }

  private isOurs(bytes: Buffer): boolean {
    return bytes.compare(this.token, 0, TOKEN_BYTES, ECHO_HEADER, ECHO_HEADER + TOKEN_BYTES) === 0;
  }

  /** How long a datagram has lain here, by the wall clock that the kernel stamps it with. */
  private waitedMs(controls: readonly ControlMessage[]): number {
    const stamp = controls.find(({ level, type }) => level === SOL_SOCKET && type === SO_TIMESTAMPNS)?.data;
    if (stamp === undefined || stamp.length < 16) return -1;
    this.c.clock_gettime(CLOCK_REALTIME, this.time);
    const seconds = this.time.readBigInt64LE(0) - stamp.readBigInt64LE(0);
    return Number(seconds) * 1e3 + Number(this.time.readBigInt64LE(8) - stamp.readBigInt64LE(8)) / 1e6;
  }
}

const ECHO_V4 = 8;
const ECHO_REPLY_V4 = 0;
const ECHO_V6 = 128;
const ECHO_REPLY_V6 = 129;

/** What a struct sock_extended_err among the messages says (ip(7), IP_RECVERR). */
export function errorIn(
  controls: readonly ControlMessage[],
): { readonly error: string; readonly from: string | null } | null {
  const found = controls.find(
    ({ level, type }) =>
      (level === IPPROTO_IP && type === IP_RECVERR) || (level === IPPROTO_IPV6 && type === IPV6_RECVERR),
  )?.data;
  if (found === undefined || found.length < 16) return null;
  const [errno, origin, type, code] = [found.readUInt32LE(0), found[4]!, found[5]!, found[6]!];
  const from = addressIn(found.subarray(16));
  const said =
    origin === ORIGIN_ICMP
      ? UNREACHABLE_V4[type]?.[code]
      : origin === ORIGIN_ICMP6
        ? UNREACHABLE_V6[type]?.[code]
        : undefined;
  return { error: said ?? SEND_ERRORS[errno] ?? `ICMP type ${type}, code ${code}`, from };
}
const ORIGIN_ICMP = 2;
const ORIGIN_ICMP6 = 3;

/** RFC 792, RFC 1812: by type, then code. */
const UNREACHABLE_V4: Readonly<Record<number, readonly string[]>> = {
  3: [
    'network unreachable',
    'host unreachable',
    'protocol unreachable',
    'port unreachable',
    'packet too big',
    'source route failed',
    'network unknown',
    'host unknown',
    'host isolated',
    'network prohibited',
    'host prohibited',
    'network unreachable for its type of service',
    'host unreachable for its type of service',
    'filtered',
  ],
  11: ['time to live exceeded', 'fragments did not come in time'],
};

/** RFC 4443. */
const UNREACHABLE_V6: Readonly<Record<number, readonly string[]>> = {
  1: [
    'no route',
    'filtered',
    'beyond the scope of the address',
    'host unreachable',
    'port unreachable',
    'source prohibited',
    'route rejected',
  ],
  2: ['packet too big'],
  3: ['hop limit exceeded', 'fragments did not come in time'],
};

/** What a call that sends says. */
const SEND_ERRORS: Readonly<Record<number, string>> = {
  [ERRNO.EPERM]: 'a firewall of this machine refuses to send',
  [ERRNO.EACCES]: 'a route of this machine refuses to send',
  22: 'the address needs a zone: fe80::1%eth0',
  90: 'packet too big',
  99: 'no address of this machine fits',
  101: 'network unreachable: no route',
  [ERRNO.ENOBUFS]: 'the send queue is full',
  111: 'connection refused',
  113: 'host unreachable',
};

/** RFC 1071. */
export function internetChecksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
