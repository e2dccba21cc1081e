import type { ByteText } from '../net/byte-text.ts';
import { communityId, icmpCommunityId, writeCommunityIdOfIpv4 } from '../net/community-id.ts';
import { parseIp, parseIpv4 } from '../net/ip-address.ts';
import type { Socket } from './socket.ts';

/** Protocols of IP by number. Those of one TCP connection of several, as of MPTCP, are several flows. */
const NUMBERS: Readonly<Partial<Record<Socket['proto'], number>>> = {
  tcp: 6,
  udp: 17,
  sctp: 132,
  dccp: 33,
  udplite: 136,
};
/** Those whose ports are a part of the Community ID. */
const WITH_PORTS: ReadonlySet<Socket['proto']> = new Set(['tcp', 'udp', 'sctp']);

/** What a ping socket sends, and every other message that a raw socket of ICMP could send as well. */
const ICMP = 1;
const ICMPV6 = 58;
const ECHO = 8;
const ECHO_V6 = 128;
/** A raw socket of this number sends every protocol (raw(7)). */
const IPPROTO_RAW = 255;
/** A raw socket does not say which ports, or which messages of ICMP, its packets have. */
const OPAQUE: ReadonlySet<number> = new Set([ICMP, 6, 17, ICMPV6, 132, IPPROTO_RAW]);

/** Community ID of the flow of a socket; null without a peer, and where the socket does not say what its packets have. */
export function socketCommunityId({
  proto,
  local_addr,
  local_port,
  remote_addr,
  remote_port,
}: Pick<Socket, 'proto' | 'local_addr' | 'local_port' | 'remote_addr' | 'remote_port'>): string | null {
  if (remote_addr === null) return null;
  const local = parseIp(local_addr);
  const remote = parseIp(remote_addr);
  if (local === null || remote === null || local.family !== remote.family) return null;
  if (proto === 'icmp') {
    return local.family === 'ipv4'
      ? icmpCommunityId(ICMP, local.bytes, remote.bytes, ECHO, 0)
      : icmpCommunityId(ICMPV6, local.bytes, remote.bytes, ECHO_V6, 0);
  }
  if (proto === 'raw') {
    return OPAQUE.has(local_port) ? null : communityId(local_port, local.bytes, null, remote.bytes, null);
  }
  const number = NUMBERS[proto];
  if (number === undefined) return null;
  if (!WITH_PORTS.has(proto)) return communityId(number, local.bytes, null, remote.bytes, null);
  return remote_port === null ? null : communityId(number, local.bytes, local_port, remote.bytes, remote_port);
}

/** Writes the same as JSON. */
export function writeSocketCommunityId(out: ByteText, socket: Socket): void {
  const { proto, family, local_addr, local_port, remote_addr, remote_port } = socket;
  if (family === 'ipv4' && WITH_PORTS.has(proto) && remote_addr !== null && remote_port !== null) {
    const local = parseIpv4(local_addr);
    const remote = parseIpv4(remote_addr);
    if (local !== null && remote !== null) {
      writeCommunityIdOfIpv4(out, NUMBERS[proto]!, local, local_port, remote, remote_port);
      return;
    }
  }
  const id = socketCommunityId(socket);
  out.ascii(id === null ? 'null' : `"${id}"`);
}
