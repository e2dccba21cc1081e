import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Protocol, protocol } from './protocol.ts';

/** A protocol above IP that is named and counted, and not looked into. */
function leaf(name: string, about: string, ipProtocol: number, shortest: number): Protocol {
  return protocol({
    name,
    about,
    ipProtocols: [ipProtocol],
    dissect: (packet: Packet) => (packet.end - packet.offset < shortest ? packet.short() : END),
    info: () => about,
  });
}

/** Routing and signalling protocols (IANA, Assigned Internet Protocol Numbers), with the length of their first header. */
export const IP_LEAVES: readonly Protocol[] = [
  leaf('pim', 'Protocol Independent Multicast', 103, 4),
  leaf('ospf', 'Open Shortest Path First', 89, 14),
  leaf('vrrp', 'Virtual Router Redundancy Protocol', 112, 8),
  leaf('eigrp', 'Enhanced Interior Gateway Routing Protocol', 88, 20),
  leaf('rsvp', 'Resource ReserVation Protocol', 46, 8),
  leaf('dccp', 'Datagram Congestion Control Protocol', 33, 12),
];
