import { latin1, startsWith } from '../../bytes.ts';
import { clientError, serverError } from '../../expert.ts';
import type { Packet } from '../../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../../protocol.ts';
import { FIN } from '../../tcp-flags.ts';
import { askForRest, colonOf, headerField, valueEnd } from '../message-framing.ts';
import { beginsWith, decimal, find, lineEnd } from '../text-line.ts';
import { websocket } from '../websocket.ts';
import { HttpConversation } from './http-conversation.ts';
import { bodyEnd, hasNoBody, readHead } from './http-end.ts';
import { CONNECT, HEAD, OTHER, REPEATED, SSTP } from './http-exchange.ts';
import { mayLeaveHttp } from './http-leaving.ts';
import { findStartLine, kindOfLine, mayBegin, NEITHER, RESPONSE, statusOf } from './http-start-line.ts';
import { writeHttpFields } from './http-text.ts';
import { callInner, tunnel } from './http-tunnel.ts';
import { tellOfUnfinished } from './http-unfinished.ts';
import { http2, PREFACE } from './http2.ts';

// RFC 9112.
/** Returned for bytes after which nothing of the segment is left to dissect, or more is needed. */
const STOP = -1;
/** Stands for the conversation until there is one, so that other traffic on these ports allocates nothing. */
let blank = new HttpConversation();

export const http = protocol({
  name: 'http',
  about: 'Hypertext Transfer Protocol',
  tcpPorts: [80, 631, 1900, 2710, 2869, 3128, 3132, 3689, 5985, 8080, 8088, 11371],
  // tshark gives a segment on these ports to HTTP whatever it holds, and lets nobody else guess
  segment(packet: Packet, dissection: Dissection): boolean {
    const { flow } = packet;
    if (flow === null) return false;
    if (flow.application !== null && flow.application !== http) return false;
    const state = flow.application === http ? flow.applicationState : null;
    const known = state instanceof HttpConversation ? state : null;
    if (known?.isTunnel === true) {
      tunnel(packet, dissection, http, known);
      return true;
    }
    known?.sides[packet.direction].see(seqOf(packet, packet.offset), packet.endSeq + packet.reportedEnd - packet.end);
    let conversation = known;
    while (packet.offset < packet.end) {
      const { offset } = packet;
      if (conversation !== null && isSwitched(conversation, packet)) {
        if (conversation.next !== null) callInner(packet, dissection, http, conversation, conversation.next);
        else packet.offset = packet.end;
        return true;
      }
      conversation ??= blank;
      const next = dissectMessage(packet, dissection, conversation);
      if (packet.needed !== 0) return true;
      if (flow.application === http2) return true;
      if (next === STOP || next <= offset) break;
      packet.offset = next;
      if (conversation.isTunnel && next < packet.end) {
        tunnel(packet, dissection, http, conversation); // it begins behind the header (RFC 9110, 9.3.6)
        return true;
      }
    }
    packet.offset = packet.end;
    return true;
  },
  segmentLooksLike(packet: Packet): boolean {
    const { bytes, offset } = packet;
    const stop = lineEnd(bytes, offset, packet.end, true);
    if (stop < 0 || stop - offset === 8) return false;
    return beginsWith(bytes, offset, packet.end, 'http/1.') || beginsWith(bytes, stop - 8, packet.end, 'http/1.');
  },
  opensStream: mayLeaveHttp,
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const stop = lineEnd(bytes, start, packet.layerEnd[layer]!, false);
    if (kindOfLine(bytes, start, stop) === NEITHER) return 'Continuation';
    return latin1(bytes, start, Math.min(stop, start + 1024)).trimEnd();
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    writeHttpFields(packet, layer, out);
  },
});

/** Dissects the message at `packet.offset`; where the next one begins, or STOP. */
function dissectMessage(packet: Packet, dissection: Dissection, conversation: HttpConversation): number {
  const { bytes, end } = packet;
  let start = packet.offset;
  // an empty line before a message is let pass (RFC 9112, 2.2)
  if (end - start > 3 && bytes[start] === 0x0d && bytes[start + 1] === 0x0a) start += 2;
  const { requested } = conversation;
  const side = conversation.sides[packet.direction];
  if (side.hasHole) {
    // the rest of a message that has a hole, perhaps with the next one behind it
    const found = findStartLine(bytes, start, end);
    if (found > start && packet.push(http.id)) packet.layerEnd[packet.layerCount - 1] = found;
    if (found > start) return found;
    if (found < 0 && !mayBegin(bytes, start, end)) packet.canWait = false;
  }
  const first = bytes[start]!;
  if (first < 0x20 || first > 0x7e) {
    if (requested) packet.push(http.id);
    return STOP;
  }
  const stop = lineEnd(bytes, start, end, packet.canWait);
  if (stop < 0 && askForRest(packet, packet.offset, true, false, side)) return STOP;
  const lineStop = stop < 0 ? end : stop;
  const kind = kindOfLine(bytes, start, lineStop);
  if (kind === NEITHER) {
    if (requested || colonOf(bytes, start, lineStop) >= 0) {
      if (packet.push(http.id)) own(packet, conversation);
      return STOP;
    }
    if (startsWith(bytes, start, end, PREFACE)) http2.segment!(packet, dissection);
    return STOP;
  }
  own(packet, conversation);
  side.begin(seqOf(packet, start), packet.tcpAck);
  const status = kind === RESPONSE ? statusOf(bytes, start, lineStop) : 0;
  if (kind === RESPONSE) pairResponse(packet, conversation, status);
  const method = kind === RESPONSE ? (side.exchange?.method ?? OTHER) : methodOf(bytes, start, lineStop);
  const bodiless = kind === RESPONSE && hasNoBody(method, status);
  const wantsBody = (packet.tcpFlags & FIN) === 0 && !bodiless;
  if (askForRest(packet, start, wantsBody, kind === RESPONSE, side)) {
    if (kind !== RESPONSE && packet.discardFrom !== 0) pairRequest(packet, conversation, method, packet.discardFrom);
    if (packet.needed > 0) side.endAt((packet.endSeq + packet.needed) | 0, false);
    return STOP;
  }
  if (!packet.push(http.id)) return STOP;
  packet.layerStart[packet.layerCount - 1] = start;
  return finishMessage(packet, conversation, start, lineStop, kind, method, status, bodiless);
}

/** Sequence number of the byte at `at` of a message that is not whole, or begins there. */
function seqOf({ endSeq, elided, end }: Packet, at: number): number {
  return (endSeq - elided - (end - at)) | 0;
}

/** The header block of the request that began last is whole, and ends before `end`. */
function pairRequest(packet: Packet, { sides, exchanges }: HttpConversation, method: number, end: number): void {
  const client = sides[packet.direction];
  if (client.isRepeated || client.isPaired) return;
  client.exchange = exchanges.ask(client, sides[1 - packet.direction]!, method, seqOf(packet, end), packet);
  client.isPaired = true;
}

/** Finds the request that the response answers which began last. */
function pairResponse(packet: Packet, { sides, exchanges }: HttpConversation, status: number): void {
  const server = sides[packet.direction];
  if (server.isRepeated || server.isPaired) return;
  server.exchange = exchanges.answer(
    sides[1 - packet.direction]!,
    server,
    status >= 100 && status < 200 && status !== 101,
  );
  server.isPaired = true;
}

/** A complete message: reports it, and returns where it ends. */
function finishMessage(
  packet: Packet,
  conversation: HttpConversation,
  start: number,
  lineStop: number,
  kind: number,
  method: number,
  status: number,
  bodiless: boolean,
): number {
  const { bytes, end } = packet;
  const side = conversation.sides[packet.direction];
  const head = readHead(bytes, start, end);
  const body = head.end;
  let next = bodyEnd(packet, start, head, kind, status, bodiless, side);
  if (next < 0) {
    packet.malformed = true;
    next = end;
  }
  if (kind !== RESPONSE) pairRequest(packet, conversation, method, body);
  const { exchange } = side;
  if (kind === RESPONSE && exchange !== null && !exchange.isReported) tellOfUnfinished(packet, http.id, exchange);
  const found = packet.message(http.id, start, body);
  found.length = next - start + packet.elided;
  found.detail = side.isRepeated ? REPEATED : exchange?.isLost === true ? null : exchange;
  packet.elided = 0; // another message may follow
  side.chunkAt = -1;
  side.endAt(seqOf(packet, next), true);
  packet.layerEnd[packet.layerCount - 1] = next;
  if (kind === RESPONSE) {
    if (status >= 400 && status < 500) packet.expert(clientError.number);
    else if (status >= 500) packet.expert(serverError.number);
    if (method === CONNECT && status === 200) conversation.isTunnel = true;
    switchAfter(packet, conversation, method, status, start, body, next);
    return next;
  }
  if (exchange !== null) exchange.isReported = true;
  conversation.requested = true;
  if (method === CONNECT) conversation.connectPort = portOf(bytes, start, lineStop);
  return next;
}

/** Remembers the conversation with the flow, which is HTTP's from now on. */
function own(packet: Packet, conversation: HttpConversation): void {
  const { flow } = packet;
  if (flow === null || (flow.application === http && flow.applicationState === conversation)) return;
  flow.application = http;
  flow.applicationState = conversation;
  if (conversation !== blank) return;
  blank = new HttpConversation();
  conversation.sides[packet.direction].see(seqOf(packet, packet.offset), packet.endSeq);
}

function methodOf(bytes: Uint8Array, start: number, stop: number): number {
  if (beginsWith(bytes, start, stop, 'head ')) return HEAD;
  if (beginsWith(bytes, start, stop, 'connect ')) return CONNECT;
  return beginsWith(bytes, start, stop, 'sstp_duplex_post ') ? SSTP : OTHER;
}

/** The port after the first colon of a CONNECT's target. */
function portOf(bytes: Uint8Array, start: number, stop: number): number {
  const colon = find(bytes, 0x3a, start, stop);
  const space = find(bytes, 0x20, start + 8, stop);
  if (colon < 0 || (space >= 0 && colon > space)) return -1;
  return Math.min(65_535, Math.max(0, decimal(bytes, colon + 1, stop)));
}

/** After a response that accepts another protocol (RFC 9110, 7.8), the connection is that protocol's. */
function switchAfter(
  packet: Packet,
  conversation: HttpConversation,
  method: number,
  status: number,
  start: number,
  body: number,
  next: number,
): void {
  const { bytes } = packet;
  if (!conversation.requested) return;
  if (status === 101) {
    const upgrade = headerField(bytes, start, body, 'upgrade');
    if (upgrade < 0) return;
    const stop = valueEnd(bytes, upgrade, body);
    if (beginsWith(bytes, upgrade, stop, 'websocket')) conversation.next = websocket;
    else if (beginsWith(bytes, upgrade, stop, 'h2c')) conversation.next = http2;
    else conversation.next = null;
  } else if (status !== 200 || method !== SSTP) return;
  conversation.switchPacket = packet.number;
  conversation.switchOffset = next;
}

function isSwitched({ switchPacket, switchOffset }: HttpConversation, packet: Packet): boolean {
  if (switchPacket === 0) return false;
  return packet.number > switchPacket || packet.offset >= switchOffset;
}
