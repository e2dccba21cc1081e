import { type ByteText, constant, writtenText } from '../net/byte-text.ts';
import { i32, u16, u32 } from './bytes.ts';
import * as experts from './expert.ts';
import { hex } from './hex.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';
import { analyse, FAST_RETRANSMISSION, PORTS_REUSED, RETRANSMISSION } from './tcp-analysis.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { ACK, FIN, formatTcpFlags, RST, SYN } from './tcp-flags.ts';
import { windowScaleOf, writeTcpOptions } from './tcp-options.ts';
import { giveUpGaps, takeSegment } from './tcp-sequence.ts';

// RFC 9293, 3.1.
const MINIMUM = 20;
const SEQUENCE = 4;
const ACKNOWLEDGEMENT = 8;
const OFFSET_AND_FLAGS = 12;
const WINDOW = 14;
const TCP = 6;

export const tcp = protocol({
  name: 'tcp',
  about: 'Transmission Control Protocol',
  ipProtocols: [TCP],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < MINIMUM) return packet.short();
    const header = (bytes[offset + OFFSET_AND_FLAGS]! >> 4) << 2;
    if (packet.quoted) return END;
    const srcPort = u16(bytes, offset);
    const dstPort = u16(bytes, offset + 2);
    const flags = u16(bytes, offset + OFFSET_AND_FLAGS) & 0xfff;
    dissection.countFlow(packet);
    packet.transport = TCP;
    packet.srcPort = srcPort;
    packet.dstPort = dstPort;
    packet.tcpSeq = i32(bytes, offset + SEQUENCE);
    packet.tcpAck = i32(bytes, offset + ACKNOWLEDGEMENT);
    packet.tcpFlags = flags;
    packet.tcpWindow = u16(bytes, offset + WINDOW);
    packet.tcpAnalysis = 0;
    if (dissection.headersAlone) {
      takePayload(packet, header);
      return END;
    }
    if (dissection.flows.keepsSynsApart && isSynAlone(packet, header) && ask(packet, header, dissection)) return END;
    let flow = dissection.flows.of(packet, TCP, srcPort, dstPort);
    if ((flags & (SYN | ACK)) === SYN && !flow.isBlank && isNewConnection(packet, flow.openTcp())) {
      flow = dissection.flows.renew(packet, TCP, srcPort, dstPort);
      packet.tcpAnalysis = PORTS_REUSED;
    }
    packet.flow = flow;
    if (!takePayload(packet, header)) {
      flow.openTcp();
      return END;
    }
    const length = packet.payloadLength;
    const optionsEnd = Math.min(offset + header, packet.end);
    if (flow.isBlank && length === 0 && packet.tcpAnalysis === 0 && (flags & (SYN | ACK | FIN | RST)) === SYN) {
      flow.beginWithSyn(packet.tcpSeq, packet.tcpWindow, windowScaleOf(bytes, offset + MINIMUM, optionsEnd));
      packet.expert(experts.synchronise.number);
      return END;
    }
    const connection = flow.openTcp();
    const forward = connection.sender(packet.direction);
    if ((flags & (SYN | ACK)) === (SYN | ACK) && forward.hasBase && forward.baseSeq !== packet.tcpSeq) {
      forward.hasBase = forward.hasDataSeq = false; // it refused before, and takes the same SYN now
      packet.tcpAnalysis = PORTS_REUSED;
    }
    if ((flags & SYN) !== 0) connection.offerScale(forward, windowScaleOf(bytes, offset + MINIMUM, optionsEnd));
    connection.follow(packet, length);
    if (dissection.analyses) {
      analyse(packet, connection, length);
      if ((flags & (SYN | FIN | RST)) !== 0) tellFlags(packet);
      if ((packet.tcpAnalysis & (RETRANSMISSION | FAST_RETRANSMISSION)) !== 0) connection.retransmissions++;
    } else if (dissection.readsStreams) connection.remember(packet, length, 0, false); // what each side acknowledged puts streams in order
    if (!dissection.readsStreams || !isRead(packet, connection, dissection)) return END;
    if ((flags & RST) !== 0) giveUpGaps(packet, flow, connection, dissection);
    else if (length > 0 || (flags & (SYN | FIN)) !== 0) takeSegment(packet, flow, connection, dissection);
    return END;
  },
  info: (packet, layer) => writtenText((out) => writeTcpInfo(packet, layer, out)),
  writeInfo: writeTcpInfo,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < MINIMUM) return;
    const flags = u16(bytes, start + OFFSET_AND_FLAGS) & 0xfff;
    out.field('Source Port', u16(bytes, start));
    out.field('Destination Port', u16(bytes, start + 2));
    if (packet.flow !== null) out.field('Stream index', packet.flow.stream);
    out.field('Sequence Number (raw)', u32(bytes, start + SEQUENCE));
    out.field('Acknowledgment number (raw)', u32(bytes, start + ACKNOWLEDGEMENT));
    out.field('Header Length', (bytes[start + OFFSET_AND_FLAGS]! >> 4) << 2);
    out.field('Flags', `${hex(flags, 3)} (${formatTcpFlags(flags)})`);
    out.field('Window', u16(bytes, start + WINDOW));
    out.field('Checksum', hex(u16(bytes, start + 16), 4));
    out.field('Urgent Pointer', u16(bytes, start + 18));
    const options = writtenText((text) => {
      writeTcpOptions(text, bytes, start + MINIMUM, headerEnd(packet, layer), baseOfOther(packet));
    });
    if (options.length > 0) out.field('Options', options.slice(1));
    out.field('Segment Len', packet.payloadLength);
  },
});

const ARROW = constant(' → ');
const FLAGS = constant(' [');
const SEQ = constant('] Seq=');
const ACKNOWLEDGES = constant(' Ack=');
const WIN = constant(' Win=');
const LEN = constant(' Len=');

/** `443 → 51000 [SYN, ACK] Seq=0 Ack=1 Win=64240 Len=0 MSS=1460`. */
function writeTcpInfo(packet: Packet, layer: number, out: ByteText): void {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const flags = u16(bytes, start + OFFSET_AND_FLAGS) & 0xfff;
  const connection = packet.flow?.tcp;
  const forward = packet.direction === 0 ? connection?.a : connection?.b;
  const otherBase = baseOfOther(packet);
  const scale = (flags & SYN) === 0 && (forward?.windowScale ?? 0) > 0 ? forward!.windowScale : 0;
  out.integer(u16(bytes, start));
  out.constant(ARROW);
  out.integer(u16(bytes, start + 2));
  out.constant(FLAGS);
  out.ascii(formatTcpFlags(flags));
  out.constant(SEQ);
  out.integer((i32(bytes, start + SEQUENCE) - (forward?.baseSeq ?? 0)) >>> 0);
  if ((flags & ACK) !== 0) {
    out.constant(ACKNOWLEDGES);
    out.integer((i32(bytes, start + ACKNOWLEDGEMENT) - otherBase) >>> 0);
  }
  out.constant(WIN);
  out.integer(u16(bytes, start + WINDOW) << scale);
  out.constant(LEN);
  out.integer(packet.payloadLength);
  writeTcpOptions(out, bytes, start + MINIMUM, headerEnd(packet, layer), otherBase);
}

/** Whether a segment with a header of that length is a SYN, whole and without data. */
function isSynAlone({ tcpFlags, offset, end, reportedEnd }: Packet, header: number): boolean {
  return (
    (tcpFlags & (SYN | ACK | FIN | RST)) === SYN && header >= MINIMUM && offset + header === end && end === reportedEnd
  );
}

/** Takes in the SYN where it is the first of a connection; it has no flow then. */
function ask(packet: Packet, header: number, { flows }: Dissection): boolean {
  const { bytes, offset, srcPort, dstPort } = packet;
  const scale = windowScaleOf(bytes, offset + MINIMUM, offset + header);
  if (!flows.ask(packet, TCP, srcPort, dstPort, scale)) return false;
  packet.flow = null;
  packet.expert(experts.synchronise.number);
  return takePayload(packet, header);
}

/** Whether somebody may ask for what the connection says, from this segment on. */
function isRead(packet: Packet, connection: TcpConnection, { gate, secrets }: Dissection): boolean {
  if (gate === null || connection.isRead) return true;
  connection.isRead = secrets !== null || gate.opens(packet);
  return connection.isRead;
}

/**
 * Goes past a header of that length, and notes what it carries; false where there is no such header. The capture may have
 * cut its options: what it says of itself is known all the same.
 */
function takePayload(packet: Packet, header: number): boolean {
  if (header < MINIMUM) {
    packet.broken();
    return false;
  }
  const stop = packet.offset + header;
  packet.offset = Math.min(stop, packet.end);
  if (stop > packet.end) packet.short();
  if (stop > packet.reportedEnd) return false;
  packet.payloadBytes = packet.bytes;
  packet.payloadStart = packet.offset;
  packet.payloadEnd = packet.end;
  packet.payloadLength = packet.reportedEnd - stop;
  return true;
}

/** A SYN with another sequence number is not the old one sent again: the ports are used by a new connection. */
function isNewConnection(packet: Packet, { a, b }: TcpConnection): boolean {
  const forward = packet.direction === 0 ? a : b;
  return forward.hasBase && forward.baseSeq !== packet.tcpSeq;
}

function tellFlags(packet: Packet): void {
  const { tcpFlags: flags } = packet;
  if ((flags & RST) !== 0) packet.expert(experts.reset.number);
  if ((flags & FIN) !== 0) packet.expert(experts.finish.number);
  if ((flags & SYN) !== 0) packet.expert(((flags & ACK) !== 0 ? experts.synchroniseAck : experts.synchronise).number);
}

/** What the numbers begin with that the packet acknowledges. */
function baseOfOther({ flow, direction }: Packet): number {
  const other = direction === 0 ? flow?.tcp?.b : flow?.tcp?.a;
  return other?.baseSeq ?? 0;
}

function headerEnd(packet: Packet, layer: number): number {
  const start = packet.layerStart[layer]!;
  const header = (packet.layerBytes[layer]![start + OFFSET_AND_FLAGS]! >> 4) << 2;
  return Math.min(packet.layerEnd[layer]!, start + header);
}
