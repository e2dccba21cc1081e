import { latin1, startsWith, u16 } from '../bytes.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../protocol.ts';
import { writeHttpFields } from './http/http-text.ts';
import { askForRest, headerField, valueEnd } from './message-framing.ts';
import { rtcp } from './rtcp.ts';
import { rtp } from './rtp.ts';
import { readSdp, wordsOf } from './sdp.ts';
import { beginsWith, decimal, lineEnd, nextLine } from './text-line.ts';

// RFC 2326, 6, 7 and 10.12: messages as in HTTP; between them, frames of $, channel (1), length (2).
const FRAME = 0x24;
const FRAME_HEADER = 4;
const UDP = 17;
const MOST_MESSAGES = 256;
const CARRIES_RTP = 1;
const CARRIES_RTCP = 2;
const METHODS: readonly string[] = [
  ...['describe ', 'announce ', 'get_parameter ', 'options ', 'pause ', 'play ', 'record ', 'redirect '],
  ...['setup ', 'set_parameter ', 'teardown '],
];

function isFirstLine(bytes: Uint8Array, offset: number, stop: number): boolean {
  if (startsWith(bytes, offset, stop, 'RTSP/')) return true;
  for (let index = 0; index < METHODS.length; index++) {
    if (beginsWith(bytes, offset, stop, METHODS[index]!)) return true;
  }
  return false;
}

export const rtsp = protocol({
  name: 'rtsp',
  about: 'Real Time Streaming Protocol',
  tcpPorts: [554, 7236, 8554],
  announces: true,
  segment(packet: Packet, dissection: Dissection): boolean {
    for (let count = 0; packet.offset < packet.end && count < MOST_MESSAGES; count++) {
      const { bytes, offset, end } = packet;
      if (bytes[offset] === FRAME) {
        if (!dissectFrame(packet, dissection)) return true;
        continue;
      }
      const stop = lineEnd(bytes, offset, end, false);
      if (!isFirstLine(bytes, offset, stop)) {
        packet.push(rtsp.id); // tshark too shows it as one that goes on
        break;
      }
      if (askForRest(packet, offset, true, false, null)) {
        packet.discardFrom = 0; // the body may be SDP
        return true;
      }
      packet.push(rtsp.id);
      packet.offset = dissectMessage(packet, dissection);
    }
    packet.offset = packet.end;
    return true;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    if (bytes[start] === FRAME) return 'Interleaved';
    const stop = lineEnd(bytes, start, end, false);
    const line = latin1(bytes, start, Math.min(stop, start + 1024));
    return line.startsWith('RTSP/') ? `Reply: ${line}` : line;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    writeHttpFields(packet, layer, out);
  },
});

/** The message at `packet.offset`, whose layer is there: where it ends. */
function dissectMessage(packet: Packet, dissection: Dissection): number {
  const { bytes, offset, end } = packet;
  let body = end;
  for (let at = offset; at < end; ) {
    const stop = lineEnd(bytes, at, end, false);
    const empty = stop === at;
    at = nextLine(bytes, stop, end);
    if (empty) {
      body = at;
      break;
    }
  }
  const length = headerField(bytes, offset, body, 'content-length');
  const value = length < 0 ? 0 : Math.max(0, decimal(bytes, length, valueEnd(bytes, length, body)));
  const next = Math.min(end, body + value);
  packet.layerEnd[packet.layerCount - 1] = next;
  const transport = headerField(bytes, offset, body, 'transport');
  if (transport >= 0) {
    const stop = Math.min(valueEnd(bytes, transport, body), transport + 1024);
    announce(packet, dissection, latin1(bytes, transport, stop));
  }
  const type = next > body ? headerField(bytes, offset, body, 'content-type') : -1;
  if (type >= 0 && beginsWith(bytes, type, valueEnd(bytes, type, body), 'application/sdp'))
    readSdp(packet, dissection, body, next);
  return next;
}

/** What each channel of the connection carries; null while none was set up. */
function channelsOf({ flow }: Packet): Uint8Array | null {
  return flow?.application === rtsp && flow.applicationState instanceof Uint8Array ? flow.applicationState : null;
}

/** The ports or channels of a reply's Transport field carry RTP and RTCP (RFC 2326, 12.39). */
function announce(packet: Packet, dissection: Dissection, transport: string): void {
  const channels = /interleaved=(\d{1,3})(?:-(\d{1,3}))?/i.exec(transport);
  const { flow } = packet;
  if (channels !== null && flow !== null && /^RTP\//i.test(transport)) {
    const carried = channelsOf(packet) ?? new Uint8Array(256);
    flow.application = rtsp;
    flow.applicationState = carried;
    carried[Number(channels[1])] = CARRIES_RTP;
    if (channels[2] !== undefined) carried[Number(channels[2])] = CARRIES_RTCP;
  }
  if (!/^RTP\/AVP/i.test(transport) || /TCP|interleaved/i.test(transport)) return;
  const { expectations } = dissection.flows;
  const server = /server_port=(\d{1,5})(?:-(\d{1,5}))?/i.exec(transport);
  const client = /client_port=(\d{1,5})(?:-(\d{1,5}))?/i.exec(transport);
  if (server === null) return; // a request: the reply says it all
  const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = packet;
  const source = /source=([\d.:a-f]+)/i.exec(transport);
  const address = (source === null ? null : wordsOf(source[1]!)) ?? ([src0, src1, src2, src3] as const);
  for (const [words, ports] of [
    [address, server],
    [[dst0, dst1, dst2, dst3] as const, client],
  ] as const) {
    if (ports === null) continue;
    expectations.add(UDP, words, Number(ports[1]) & 0xffff, rtp);
    if (ports[2] !== undefined) expectations.add(UDP, words, Number(ports[2]) & 0xffff, rtcp);
  }
}

/** Dissects a frame of RTP or RTCP between messages; false when more of it has to come. */
function dissectFrame(packet: Packet, dissection: Dissection): boolean {
  const { bytes, offset, end } = packet;
  const left = end - offset;
  const length = left < FRAME_HEADER ? 0 : FRAME_HEADER + u16(bytes, offset + 2);
  if ((length === 0 || length > left) && packet.canWait) {
    packet.needed = length === 0 ? NEED_SEGMENT : length - left;
    return false;
  }
  const stop = Math.min(end, offset + (length === 0 ? left : length));
  packet.push(rtsp.id);
  packet.layerEnd[packet.layerCount - 1] = stop;
  packet.offset = Math.min(stop, offset + FRAME_HEADER);
  packet.end = packet.reportedEnd = stop;
  if (packet.offset < stop) {
    const carried = channelsOf(packet)?.[bytes[offset + 1]!];
    if (carried === CARRIES_RTP) rtp.datagram!(packet, dissection);
    else if (carried === CARRIES_RTCP) rtcp.datagram!(packet, dissection);
  }
  packet.end = packet.reportedEnd = end;
  packet.offset = stop;
  return true;
}
