import { Flow } from '../../src/core/wire/flow.ts';
import { Packet } from '../../src/core/wire/packet.ts';

/** A packet as the dissector leaves it, with what is given; of a flow of its own from 10.0.0.1:`number` mod 65536. */
export function packetOfNewFlow(number: number, given: Partial<Packet>, dstPort = 80): Packet {
  const packet = new Packet();
  packet.number = number;
  packet.seconds = 1_735_689_600;
  packet.ipVersion = 4;
  packet.src0 = 0x0a000001;
  packet.dst0 = 0x0a000002;
  packet.transport = 6;
  const flow = new Flow(number, 6, packet, number & 0xffff, dstPort);
  flow.aPackets = 1;
  flow.openTcp();
  packet.flow = flow;
  return Object.assign(packet, given);
}
