import { u16 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../protocol.ts';
import { eachPdu } from './pdu.ts';
import { dissectTls } from './tls/tls.ts';

// openvpn.net, "OpenVPN wire protocol": over TCP a length (2); opcode (5 bits) and key (3 bits), session (8); with
// tls-auth an HMAC, packet id (4) and time (4); a list of acknowledged ids (1 and four each), the other session (8) when
// there are some; but for ACKs a packet id (4), and a piece of TLS.
const LENGTH = 2;
const SESSION = 8;
/** Of SHA-1, the default of tls-auth. */
const HMAC = 20;
const REPLAY = 8;
const CONTROL = 4;
/** The pieces that a message is cut into have this length, but for the last one. */
const PIECE = 100;
const LONGEST_MESSAGE = 65_536;
const NAMES: Readonly<Record<number, string>> = {
  1: 'P_CONTROL_HARD_RESET_CLIENT_V1',
  2: 'P_CONTROL_HARD_RESET_SERVER_V1',
  3: 'P_CONTROL_SOFT_RESET_V1',
  4: 'P_CONTROL_V1',
  5: 'P_ACK_V1',
  6: 'P_DATA_V1',
  7: 'P_CONTROL_HARD_RESET_CLIENT_V2',
  8: 'P_CONTROL_HARD_RESET_SERVER_V2',
  9: 'P_DATA_V2',
  10: 'P_CONTROL_HARD_RESET_CLIENT_V3',
  11: 'P_CONTROL_WKC_V1',
};

/** What an OpenVPN connection remembers. */
class OpenvpnState {
  /** Pieces of TLS messages that wait for the last one, from A and from B. */
  readonly pieces: [Uint8Array | null, Uint8Array | null] = [null, null];
  /** The state of TLS inside. */
  tls: unknown = null;
}

export const openvpn = protocol({
  name: 'openvpn',
  title: 'OpenVPN',
  about: 'OpenVPN Protocol',
  udpPorts: [1194],
  tcpPorts: [1194],
  datagram(packet: Packet, dissection: Dissection): number {
    if (packet.end === packet.offset) return NOT_MINE;
    packet.push(openvpn.id);
    dissectMessage(packet, packet.offset, packet.end, dissection);
    return END;
  },
  segment(packet: Packet, dissection: Dissection): boolean {
    eachPdu(packet, LENGTH, lengthOf, (_, start, end) => {
      packet.push(openvpn.id);
      dissectMessage(packet, start + LENGTH, end, dissection);
    });
    return true;
  },
  info: (packet, layer) => {
    const opcode = opcodeOf(packet, layer);
    return `MessageType: ${NAMES[opcode] ?? `Unknown (${opcode})`}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const opcode = opcodeOf(packet, layer);
    out.field('Opcode', NAMES[opcode] ?? opcode);
  },
});

function opcodeOf(packet: Packet, layer: number): number {
  const start = packet.layerStart[layer]! + (packet.transport === 6 ? LENGTH : 0);
  return start < packet.layerEnd[layer]! ? packet.layerBytes[layer]![start]! >> 3 : 0;
}

function lengthOf(bytes: Uint8Array, at: number): number {
  return LENGTH + u16(bytes, at);
}

/** Finds the piece of TLS in the message in [start, end). */
function dissectMessage(packet: Packet, start: number, end: number, dissection: Dissection): void {
  if (packet.flow === null || start >= end || packet.bytes[start]! >> 3 !== CONTROL) return;
  const tlsAt = controlPayload(packet.bytes, start, end);
  if (tlsAt < 0 || tlsAt >= end) return;
  const { flow } = packet;
  if (!(flow.applicationState instanceof OpenvpnState)) flow.applicationState = new OpenvpnState();
  const state = flow.applicationState as OpenvpnState;
  const { direction } = packet;
  const before = state.pieces[direction];
  if (before === null && end - tlsAt !== PIECE) {
    dissectInside(packet, state, packet.bytes, tlsAt, end, dissection);
    return;
  }
  const joined = joinedWith(before, packet.bytes.subarray(tlsAt, end));
  state.pieces[direction] = end - tlsAt === PIECE && joined.length < LONGEST_MESSAGE ? joined : null;
  if (end - tlsAt !== PIECE) dissectInside(packet, state, joined, 0, joined.length, dissection);
}

function joinedWith(before: Uint8Array | null, piece: Uint8Array): Uint8Array {
  const joined = new Uint8Array((before?.length ?? 0) + piece.length);
  if (before !== null) joined.set(before);
  joined.set(piece, joined.length - piece.length);
  return joined;
}

/** Where the payload of a control message begins; -1 when the header does not fit. */
function controlPayload(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1 + SESSION;
  // without tls-auth a count and small numbers stand here
  if (at + 4 <= end && looksRandom(bytes, at)) at += HMAC + REPLAY;
  if (at + 1 > end) return -1;
  const acknowledged = bytes[at]!;
  at += 1;
  if (acknowledged > 0) at += 4 * acknowledged + SESSION;
  at += 4;
  return at > end ? -1 : at;
}

/** As in Wireshark: more than one byte of four that is not 0. */
function looksRandom(bytes: Uint8Array, at: number): boolean {
  let count = 0;
  for (let index = at; index < at + 4; index++) if (bytes[index] !== 0) count++;
  return count > 1;
}

/** TLS without waiting for more: each message stands for itself. */
function dissectInside(
  packet: Packet,
  state: OpenvpnState,
  bytes: Uint8Array,
  start: number,
  end: number,
  dissection: Dissection,
): void {
  const { bytes: outer, offset, end: outerEnd, canWait } = packet;
  const flow = packet.flow!;
  packet.bytes = bytes;
  packet.offset = start;
  packet.end = end;
  packet.canWait = false;
  flow.applicationState = state.tls;
  dissectTls(packet, dissection);
  state.tls = flow.applicationState;
  flow.applicationState = state;
  packet.bytes = outer;
  packet.offset = offset;
  packet.end = outerEnd;
  packet.canWait = canWait;
}
