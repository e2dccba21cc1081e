import { NEED_SEGMENT, type Packet } from '../packet.ts';

/** Messages in one segment beyond which the rest is left alone. */
const MOST_PDUS = 4096;

/**
 * Walks length-prefixed messages of a TCP stream, as Wireshark's tcp_dissect_pdus does: `lengthOf` tells the whole length
 * of the message at an offset with at least `fixed` bytes behind it, and `pdu` takes each whole one. What is not whole is
 * waited for. A length shorter than its own header ends it: the packet is malformed.
 */
export function eachPdu(
  packet: Packet,
  fixed: number,
  lengthOf: (bytes: Uint8Array, offset: number) => number,
  pdu: (packet: Packet, start: number, end: number) => void,
): void {
  const { bytes, end } = packet;
  for (let count = 0; packet.offset < end && count < MOST_PDUS; count++) {
    const start = packet.offset;
    const left = end - start;
    if (left < fixed) {
      if (packet.canWait) packet.needed = NEED_SEGMENT;
      return;
    }
    const length = lengthOf(bytes, start);
    if (length < fixed) {
      pdu(packet, start, end);
      packet.malformed = true;
      packet.offset = end;
      return;
    }
    if (length > left && packet.canWait) {
      packet.needed = length - left;
      return;
    }
    pdu(packet, start, Math.min(end, start + length));
    packet.offset = start + length;
  }
}
