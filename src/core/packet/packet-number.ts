import type { Field } from '../record/field.ts';
import { packet as table } from '../record/tables/packet.ts';
import type { Packet } from '../wire/packet.ts';
import { ABSENT } from './display-field.ts';

/** Reads a number from a packet without allocating; ABSENT when the packet does not have it. */
export type PacketNumber = (packet: Packet) => number;

const sourcePort: PacketNumber = ({ transport, srcPort }) => (transport === 0 ? ABSENT : srcPort);
const targetPort: PacketNumber = ({ transport, dstPort }) => (transport === 0 ? ABSENT : dstPort);
const stream: PacketNumber = ({ flow }) => (flow === null ? ABSENT : flow.stream);
const payload: PacketNumber = ({ transport, payloadLength }) => (transport === 0 ? ABSENT : payloadLength);
const frameNumber: PacketNumber = ({ number }) => number;
const length: PacketNumber = (packet) => packet.length;
const captured: PacketNumber = ({ frameStart, frameEnd }) => frameEnd - frameStart;

const { src_port: PORT, stream: STREAM, number: NUMBER, length: LENGTH } = table.fields;

/** How its literals are written, and how it is read; when there are two, either may match. */
export interface PacketNumberField {
  readonly field: Field;
  readonly read: readonly PacketNumber[];
}

/** By name in a filter. */
export const PACKET_NUMBERS: ReadonlyMap<string, PacketNumberField> = new Map(
  Object.entries({
    port: { field: PORT, read: [sourcePort, targetPort] },
    src_port: { field: PORT, read: [sourcePort] },
    dst_port: { field: PORT, read: [targetPort] },
    stream: { field: STREAM, read: [stream] },
    number: { field: NUMBER, read: [frameNumber] },
    'frame.number': { field: NUMBER, read: [frameNumber] },
    length: { field: LENGTH, read: [length] },
    'frame.len': { field: LENGTH, read: [length] },
    captured: { field: LENGTH, read: [captured] },
    'frame.cap_len': { field: LENGTH, read: [captured] },
    payload_bytes: { field: LENGTH, read: [payload] },
  }),
);
