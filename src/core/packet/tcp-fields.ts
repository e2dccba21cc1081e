import type { Packet } from '../wire/packet.ts';
import type { TcpDirection } from '../wire/tcp-direction.ts';
import { ACK, SYN } from '../wire/tcp-flags.ts';
import { ABSENT, once, type Visit } from './display-field.ts';

const TCP = 6;

/** What `read` says of the innermost transport where it is TCP. */
export const ofTcp = (read: (packet: Packet) => number): Visit =>
  once((packet) => (packet.transport === TCP ? read(packet) : ABSENT));

export const flagOfTcp = (mask: number): Visit => ofTcp(({ tcpFlags }) => ((tcpFlags & mask) === 0 ? 0 : 1));

/** Sequence numbers count from the first of their side, as in the packet list. */
export const sequence = (packet: Packet): number => (packet.tcpSeq - base(sideOf(packet, false))) >>> 0;

export const acknowledgement = (packet: Packet): number =>
  (packet.tcpFlags & ACK) === 0 ? packet.tcpAck >>> 0 : (packet.tcpAck - base(sideOf(packet, true))) >>> 0;

/** In bytes, where the scale is known; the window of a SYN has none (RFC 7323, 2.2). */
export function scaledWindow(packet: Packet): number {
  const scale = sideOf(packet, false)?.windowScale ?? 0;
  return (packet.tcpFlags & SYN) === 0 && scale > 0 ? packet.tcpWindow * 2 ** scale : packet.tcpWindow;
}

/** What is remembered of the sender, or of the other side. */
function sideOf({ flow, direction }: Packet, isOther: boolean): TcpDirection | undefined {
  const connection = flow?.tcp;
  return (direction === 0) !== isOther ? connection?.a : connection?.b;
}

const base = (side: TcpDirection | undefined): number => side?.baseSeq ?? 0;
