import fs from 'node:fs';
import { libc } from '../../src/platform/linux/libc.ts';
import type { NetworkNamespace } from '../../src/platform/linux/netns.ts';
import { realClock } from '../../src/platform/machine/real-clock.ts';

const TUN = '/dev/net/tun';
// include/linux/if_tun.h
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const MOST_BYTES = 65_536;

/** Why there can be no such device here, or null. */
export const noTun: string | null = fs.existsSync(TUN) ? null : `needs ${TUN}`;

/** A packet to be sent back, so many milliseconds later. */
export interface Answer {
  readonly bytes: Buffer;
  readonly afterMs: number;
  /** Called when it has been sent, with the times before and after, by the monotonic clock. */
  readonly onSent?: (before: number, after: number) => void;
}

/** A network that is a function: what is sent to the device is told to it, and what it returns comes back. */
export function openTun(
  netns: NetworkNamespace,
  name: string,
  answersTo: (packet: Buffer) => readonly Answer[],
): { close(): void } {
  const fd = netns.enter(() => {
    const opened = fs.openSync(TUN, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    const request = Buffer.alloc(40); // struct ifreq
    request.write(name);
    request.writeUInt16LE(IFF_TUN | IFF_NO_PI, 16);
    if (libc().ioctl(opened, TUNSETIFF, request) < 0) throw new Error(`TUNSETIFF: errno ${libc().errno()}`);
    return opened;
  });
  const buffer = Buffer.alloc(MOST_BYTES);
  const read = (): Buffer | null => {
    try {
      return Buffer.from(buffer.subarray(0, fs.readSync(fd, buffer)));
    } catch {
      return null; // EAGAIN
    }
  };
  const send = ({ bytes, onSent }: Answer): void => {
    try {
      const before = realClock.monotonic();
      fs.writeSync(fd, bytes);
      onSent?.(before, realClock.monotonic());
    } catch {
      // it is closed
    }
  };
  const timer = setInterval(() => {
    for (let packet = read(); packet !== null; packet = read()) {
      for (const answer of answersTo(packet)) {
        if (answer.afterMs === 0) send(answer);
        else setTimeout(() => send(answer), answer.afterMs);
      }
    }
  }, 1);
  return {
    close() {
      clearInterval(timer);
      fs.closeSync(fd);
    },
  };
}

/** The address a packet is sent to, if it is an echo request: the last byte tells the hosts of a test apart. */
export function echoRequestTo(packet: Buffer): Buffer | null {
  const isIpv4 = packet[0]! >> 4 === 4;
  if (isIpv4) return packet[9] === 1 && packet[20] === 8 ? packet.subarray(16, 20) : null;
  return packet[6] === 58 && packet[40] === 128 ? packet.subarray(24, 40) : null;
}

/** The reply to an echo request: addresses change places, which no checksum minds, and the type changes (RFC 1624). */
export function echoReply(request: Buffer): Buffer {
  const reply = Buffer.from(request);
  const isIpv4 = request[0]! >> 4 === 4;
  const [source, length, icmp] = isIpv4 ? [12, 4, 20] : [8, 16, 40];
  request.copy(reply, source, source + length, source + 2 * length);
  request.copy(reply, source + length, source, source + length);
  reply[icmp] = isIpv4 ? 0 : 129;
  const before = request.readUInt16BE(icmp);
  const sum = (~request.readUInt16BE(icmp + 2) & 0xffff) + (~before & 0xffff) + reply.readUInt16BE(icmp);
  const folded = (sum & 0xffff) + (sum >>> 16);
  reply.writeUInt16BE(~((folded & 0xffff) + (folded >>> 16)) & 0xffff, icmp + 2);
  return reply;
}
