import type { Socket } from '../../core/socket/socket.ts';

/** The kernel's names, IPv4 and IPv6 (struct proto). */
const PROTOCOLS: Readonly<Record<string, Socket['proto']>> = {
  TCP: 'tcp',
  TCPv6: 'tcp',
  UDP: 'udp',
  UDPv6: 'udp',
  'UDP-Lite': 'udplite',
  UDPLITEv6: 'udplite',
  RAW: 'raw',
  RAWv6: 'raw',
  PING: 'icmp',
  PINGv6: 'icmp',
  SCTP: 'sctp',
  SCTPv6: 'sctp',
  DCCP: 'dccp',
  DCCPv6: 'dccp',
  MPTCP: 'mptcp',
  MPTCPv6: 'mptcp',
};

/**
 * The protocols that have sockets in this network namespace, from /proc/net/protocols (net/core/sock.c): name, size,
 * sockets. TCP in TIME_WAIT does not count there. Asking for a protocol that the kernel has as an unloaded module would
 * load it, so netwatch only asks for these.
 */
export function parseProtocolsInUse(text: string): Set<Socket['proto']> {
  const inUse = new Set<Socket['proto']>();
  for (const [, name, sockets] of text.matchAll(/^(\S+) +\d+ +(\d+) /gm)) {
    const proto = PROTOCOLS[name!];
    if (proto !== undefined && sockets !== '0') inUse.add(proto);
  }
  return inUse;
}
