import { type Field, integer } from '../record/field.ts';
import { packet as table } from '../record/tables/packet.ts';
import type { Packet } from '../wire/packet.ts';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../wire/tcp-flags.ts';

/** Stands for a number that a packet does not have: no number that a filter can ask for is negative. */
export const ABSENT = -1;

/** Reads a number from a packet without allocating; ABSENT when the packet does not have it. */
export type PacketNumber = (packet: Packet) => number;

const TCP = 6;
const UDP = 17;

const sourcePort: PacketNumber = ({ transport, srcPort }) => (transport === 0 ? ABSENT : srcPort);
const targetPort: PacketNumber = ({ transport, dstPort }) => (transport === 0 ? ABSENT : dstPort);
const stream: PacketNumber = ({ flow }) => (flow === null ? ABSENT : flow.stream);
const payload: PacketNumber = ({ transport, payloadLength }) => (transport === 0 ? ABSENT : payloadLength);
const frameNumber: PacketNumber = ({ number }) => number;
const length: PacketNumber = (packet) => packet.length;
const captured: PacketNumber = ({ frameStart, frameEnd }) => frameEnd - frameStart;
const flags: PacketNumber = ({ transport, tcpFlags }) => (transport === TCP ? tcpFlags : ABSENT);

const over =
  (wanted: number, read: PacketNumber): PacketNumber =>
  (packet) =>
    packet.transport === wanted ? read(packet) : ABSENT;
const bit =
  (mask: number): PacketNumber =>
  ({ transport, tcpFlags }) =>
    transport !== TCP ? ABSENT : (tcpFlags & mask) !== 0 ? 1 : 0;

const FLAG = integer('A bit.');
const { src_port: PORT, stream: STREAM, number: NUMBER, length: LENGTH } = table.fields;

/** By name in a filter: how its literals are written, and how it is read; when there are two, either may match. */
export const PACKET_NUMBERS: ReadonlyMap<string, { readonly field: Field; readonly read: readonly PacketNumber[] }> =
  new Map(
    Object.entries({
      port: { field: PORT, read: [sourcePort, targetPort] },
      src_port: { field: PORT, read: [sourcePort] },
      dst_port: { field: PORT, read: [targetPort] },
      'tcp.port': { field: PORT, read: [over(TCP, sourcePort), over(TCP, targetPort)] },
      'tcp.srcport': { field: PORT, read: [over(TCP, sourcePort)] },
      'tcp.dstport': { field: PORT, read: [over(TCP, targetPort)] },
      'udp.port': { field: PORT, read: [over(UDP, sourcePort), over(UDP, targetPort)] },
      'udp.srcport': { field: PORT, read: [over(UDP, sourcePort)] },
      'udp.dstport': { field: PORT, read: [over(UDP, targetPort)] },
      stream: { field: STREAM, read: [stream] },
      'tcp.stream': { field: STREAM, read: [over(TCP, stream)] },
      'udp.stream': { field: STREAM, read: [over(UDP, stream)] },
      number: { field: NUMBER, read: [frameNumber] },
      'frame.number': { field: NUMBER, read: [frameNumber] },
      length: { field: LENGTH, read: [length] },
      'frame.len': { field: LENGTH, read: [length] },
      captured: { field: LENGTH, read: [captured] },
      'frame.cap_len': { field: LENGTH, read: [captured] },
      payload_bytes: { field: LENGTH, read: [payload] },
      'tcp.len': { field: LENGTH, read: [over(TCP, payload)] },
      'tcp.flags': { field: NUMBER, read: [flags] },
      'tcp.flags.fin': { field: FLAG, read: [bit(FIN)] },
      'tcp.flags.syn': { field: FLAG, read: [bit(SYN)] },
      'tcp.flags.reset': { field: FLAG, read: [bit(RST)] },
      'tcp.flags.push': { field: FLAG, read: [bit(PSH)] },
      'tcp.flags.ack': { field: FLAG, read: [bit(ACK)] },
      'tcp.flags.urg': { field: FLAG, read: [bit(URG)] },
      'tcp.flags.ece': { field: FLAG, read: [bit(ECE)] },
      'tcp.flags.cwr': { field: FLAG, read: [bit(CWR)] },
    }),
  );

/** Whether the bare name of this field tests that a bit is set, rather than that a number is present. */
export function isFlag(field: Field): boolean {
  return field === FLAG;
}
