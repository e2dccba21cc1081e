import { latin1, u16 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type Dissection, protocol } from '../protocol.ts';

// RFC 1350, 5: opcode (2), then by opcode.
const UDP = 17;
const READ = 1;
const WRITE = 2;
const DATA = 3;
const ACKNOWLEDGEMENT = 4;
const LAST = 6;
const NAMES = [
  '',
  'Read Request',
  'Write Request',
  'Data Packet',
  'Acknowledgement',
  'Error Code',
  'Option Acknowledgement',
];
const LONGEST_NAME = 256;

export const tftp = protocol({
  name: 'tftp',
  about: 'Trivial File Transfer Protocol',
  udpPorts: [69],
  datagram(packet: Packet, dissection: Dissection): number {
    const { bytes, offset, end, flow } = packet;
    if (end - offset < 4) return NOT_MINE;
    const opcode = u16(bytes, offset);
    if (opcode === 0 || opcode > LAST) return NOT_MINE;
    packet.push(tftp.id);
    // the answer comes from a port of its own (RFC 1350, 4)
    if ((opcode === READ || opcode === WRITE) && flow !== null) {
      const { src0, src1, src2, src3, srcPort } = packet;
      dissection.flows.expectations.add(UDP, [src0, src1, src2, src3], srcPort, tftp);
    }
    return END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const opcode = u16(bytes, start);
    const name = NAMES[opcode] ?? 'TFTP';
    if (opcode === DATA || opcode === ACKNOWLEDGEMENT) return `${name}, Block: ${u16(bytes, start + 2)}`;
    if (opcode !== READ && opcode !== WRITE) return name;
    const stop = bytes.indexOf(0, start + 2);
    const end = Math.min(packet.layerEnd[layer]!, start + 2 + LONGEST_NAME);
    return `${name}, File: ${latin1(bytes, start + 2, stop < 0 ? end : Math.min(end, stop))}`;
  },
});
