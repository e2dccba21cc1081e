import type { Clock } from '../../core/system/clock.ts';
import type { EchoReply, EchoSocket } from '../../core/system/platform.ts';
import type { PathError } from './icmp-error.ts';
import { libc } from './libc.ts';
import type { ReceivedMessage } from './received-message.ts';
import { RequestSocket, SILENCE, SOCK_NONBLOCK_CLOEXEC } from './request-socket.ts';
import { AF_INET, AF_INET6, addressIn, socketAddress } from './socket-address.ts';

const SOCK_DGRAM = 2;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const UDP_HEADER = 8;
/** As traceroute sends. */
const PAYLOAD_BYTES = 32;
/** Ports to which nobody listens, one a request, as traceroute has them: it is by the port that an error is known. */
const FIRST_PORT = 33_434;
const PORTS = 512;
const MOST_ADDRESSES = 4096;
/** What is sent is the beginning of this. */
const NOTHING = Buffer.alloc(65_536);

/**
 * Datagrams to ports to which nobody listens: that a host says so shows that they arrived. It needs no privilege. Null
 * where the family is missing.
 */
export function openUdpRequests(family: 'ipv4' | 'ipv6', clock: Clock): EchoSocket | null {
  const isIpv4 = family === 'ipv4';
  const fd = libc().socket(isIpv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK_CLOEXEC, 0);
  return fd < 0 ? null : new UdpRequests(fd, isIpv4, clock);
}

class UdpRequests extends RequestSocket {
  readonly method = 'udp';
  private readonly ports = new Map<string, number>();

  protected nextKey(address: string): string {
    const index = this.ports.get(address) ?? 0;
    if (this.ports.size >= MOST_ADDRESSES) this.ports.clear();
    this.ports.set(address, (index + 1) % PORTS);
    return keyOf(address, FIRST_PORT + index);
  }

  protected transmit(key: string, address: string, zone: number, bytes: number | null): boolean {
    const around = (this.isIpv4 ? IPV4_HEADER : IPV6_HEADER) + UDP_HEADER;
    const data = NOTHING.subarray(0, bytes === null ? PAYLOAD_BYTES : Math.max(0, bytes - around));
    const to = socketAddress(address, Number(key.slice(key.lastIndexOf(' '))), zone);
    return this.c.sendto(this.fd, data, data.length, 0, to, to.length) >= 0;
  }

  protected answerKey(message: ReceivedMessage): string | null {
    return this.errorKey(message); // somebody listens after all
  }

  protected errorKey({ from }: ReceivedMessage): string | null {
    const address = addressIn(from);
    return address === null ? null : keyOf(address, from.readUInt16BE(2));
  }

  protected replyTo({ cause, ...error }: PathError, elapsedMs: number): EchoReply {
    if (cause === 'port') return { ...SILENCE, rttMs: elapsedMs, from: error.from };
    return { ...SILENCE, ...error, cause, errorMs: elapsedMs };
  }
}

const keyOf = (address: string, port: number): string => `${address} ${port}`;
