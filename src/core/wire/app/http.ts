import { latin1, startsWith } from '../bytes.ts';
import { clientError, serverError } from '../expert.ts';
import { END } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type Dissection, type FieldWriter, type Protocol, protocol } from '../protocol.ts';
import { FIN } from '../tcp-flags.ts';
import { CONNECT, HEAD, HttpConversation, OTHER, SSTP } from './http-conversation.ts';
import { kindOfLine, NEITHER, NOTIFICATION, REQUEST, RESPONSE, statusOf } from './http-start-line.ts';
import { writeHttpFields } from './http-text.ts';
import { http2, PREFACE } from './http2.ts';
import {
  askForRest,
  type ChunkWalk,
  chunksEnd,
  colonOf,
  headerField,
  NO_CODING,
  OTHER_CODING,
  transferCoding,
  valueEnd,
} from './message-framing.ts';
import { beginsWith, decimal, find, lineEnd, nextLine } from './text-line.ts';
import { websocket } from './websocket.ts';

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
    if (known !== null && isTunnel(known)) {
      tunnel(packet, dissection, known);
      return true;
    }
    let conversation = known;
    while (packet.offset < packet.end) {
      const { offset } = packet;
      if (conversation !== null && isSwitched(conversation, packet)) {
        if (conversation.next !== null) callInner(packet, dissection, conversation, conversation.next);
        else packet.offset = packet.end;
        return true;
      }
      conversation ??= blank;
      const next = dissectMessage(packet, dissection, conversation);
      if (packet.needed !== 0) return true;
      if (flow.application === http2) return true;
      if (next === STOP || next <= offset) break;
      packet.offset = next;
      if (isTunnel(conversation) && next < packet.end) {
        tunnel(packet, dissection, conversation); // it begins behind the header (RFC 9110, 9.3.6)
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
  const first = bytes[start]!;
  if (first < 0x20 || first > 0x7e) {
    if (requested) packet.push(http.id);
    return STOP;
  }
  const side = conversation.sides[packet.direction];
  const stop = lineEnd(bytes, start, end, packet.canWait);
  if (stop < 0 && askForRest(packet, packet.offset, true, false, side)) return STOP;
  const lineStop = stop < 0 ? end : stop;
  const kind = kindOfLine(bytes, start, lineStop);
  if (kind === NEITHER) {
    if (requested || colonOf(bytes, start, lineStop) >= 0) {
      if (packet.push(http.id)) own(packet, conversation);
      return STOP;
    }
    if (startsWith(bytes, start, end, PREFACE)) {
      // as in tshark, which cannot ask for more from where it finds this
      packet.canWait = false;
      http2.segment!(packet, dissection);
    }
    return STOP;
  }
  const status = kind === RESPONSE ? statusOf(bytes, start, lineStop) : 0;
  const bodiless = kind === RESPONSE && hasNoBody(conversation, status);
  const wantsBody = (packet.tcpFlags & FIN) === 0 && !bodiless;
  if (askForRest(packet, start, wantsBody, kind === RESPONSE, side)) {
    own(packet, conversation);
    return STOP;
  }
  if (!packet.push(http.id)) return STOP;
  packet.layerStart[packet.layerCount - 1] = start;
  own(packet, conversation);
  return finishMessage(packet, conversation, start, lineStop, kind, status, bodiless);
}

/** A complete message: reports it, and returns where it ends. */
function finishMessage(
  packet: Packet,
  conversation: HttpConversation,
  start: number,
  lineStop: number,
  kind: number,
  status: number,
  bodiless: boolean,
): number {
  const { bytes, end } = packet;
  const side = conversation.sides[packet.direction];
  const body = headerEnd(bytes, start, end);
  let next = bodyEnd(packet, start, body, kind, status, bodiless, side);
  if (next < 0) {
    packet.malformed = true;
    next = end;
  }
  const found = packet.message(http.id, start, body);
  found.length = next - start + packet.elided;
  packet.elided = 0; // another message may follow
  side.chunkAt = -1;
  packet.layerEnd[packet.layerCount - 1] = next;
  if (kind === RESPONSE) {
    conversation.status = status;
    if (status >= 400 && status < 500) packet.expert(clientError.number);
    else if (status >= 500) packet.expert(serverError.number);
    switchAfter(packet, conversation, start, body, next);
  } else {
    conversation.requested = true;
    conversation.method = methodOf(bytes, start, lineStop);
    if (conversation.method === CONNECT) conversation.connectPort = portOf(bytes, start, lineStop);
  }
  return next;
}

/** Where the header block that begins at `start` ends: after an empty line, or before a line without a colon. */
function headerEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = nextLine(bytes, lineEnd(bytes, start, end, false), end); at < end; ) {
    const stop = lineEnd(bytes, at, end, false);
    if (stop !== at && colonOf(bytes, at, stop) < 0 && kindOfLine(bytes, at, stop) === NEITHER) return at;
    const next = nextLine(bytes, stop, end);
    if (stop === at) return next;
    at = next;
  }
  return end;
}

function bodyEnd(
  packet: Packet,
  start: number,
  body: number,
  kind: number,
  status: number,
  bodiless: boolean,
  walk: ChunkWalk,
): number {
  const { bytes, end } = packet;
  const coding = transferCoding(bytes, start, body);
  if (coding !== NO_CODING) {
    if (coding === OTHER_CODING) return bodiless ? body : end;
    if (bodiless || body >= end) return body;
    // chunks that came before have been walked, and are not there any more
    const from = walk.chunkAt < 0 ? body : Math.min(end, start + walk.chunkAt + walk.chunkLeft);
    const chunks = chunksEnd(bytes, from, end);
    return chunks === body ? end : chunks;
  }
  const length = headerField(bytes, start, body, 'content-length');
  if (length >= 0) {
    const value = decimal(bytes, length, valueEnd(bytes, length, body));
    if (value >= 0) return bodiless && (status === 200 || value === 0) ? body : Math.min(end, body + value);
  }
  if (kind === REQUEST) return body;
  return kind !== NOTIFICATION && bodiless ? body : end;
}

/** Responses that never have a body (RFC 9112, 6.3). */
function hasNoBody({ method }: HttpConversation, status: number): boolean {
  if (status < 200 || status === 204 || status === 304) return status >= 100;
  if (method === HEAD) return true;
  return status < 300 && (method === CONNECT || method === SSTP);
}

/** Remembers the conversation with the flow, which is HTTP's from now on. */
function own(packet: Packet, conversation: HttpConversation): void {
  const { flow } = packet;
  if (flow === null || (flow.application === http && flow.applicationState === conversation)) return;
  flow.application = http;
  flow.applicationState = conversation;
  if (conversation === blank) blank = new HttpConversation();
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
function switchAfter(packet: Packet, conversation: HttpConversation, start: number, body: number, next: number): void {
  const { bytes } = packet;
  if (!conversation.requested) return;
  if (conversation.status === 101) {
    const upgrade = headerField(bytes, start, body, 'upgrade');
    if (upgrade < 0) return;
    const stop = valueEnd(bytes, upgrade, body);
    if (beginsWith(bytes, upgrade, stop, 'websocket')) conversation.next = websocket;
    else if (beginsWith(bytes, upgrade, stop, 'h2c')) conversation.next = http2;
    else conversation.next = null;
  } else if (conversation.status !== 200 || conversation.method !== SSTP) return;
  conversation.switchPacket = packet.number;
  conversation.switchOffset = next;
}

const isTunnel = ({ method, status }: HttpConversation): boolean => method === CONNECT && status === 200;

function isSwitched({ switchPacket, switchOffset }: HttpConversation, packet: Packet): boolean {
  if (switchPacket === 0) return false;
  return packet.number > switchPacket || packet.offset >= switchOffset;
}

/** What goes through a proxy after CONNECT belongs to the port that was asked for, below an HTTP layer. */
function tunnel(packet: Packet, dissection: Dissection, conversation: HttpConversation): void {
  const { connectPort } = conversation;
  const { end } = packet;
  if (connectPort >= 0) {
    if (!packet.push(http.id)) return;
    const { byId, tcpPorts, segmentsByContent } = dissection.registry;
    const inner = byId[conversation.inner.carries?.id ?? END];
    const proxied = tcpPorts[connectPort];
    if (proxied === http) {
      packet.offset = end;
      return;
    }
    if (inner !== undefined && callInner(packet, dissection, conversation, inner)) return;
    if (proxied !== undefined && callInner(packet, dissection, conversation, proxied)) return;
    for (let index = 0; index < segmentsByContent.length; index++) {
      const candidate = segmentsByContent[index]!;
      if (!candidate.segmentLooksLike!(packet)) continue;
      if (callInner(packet, dissection, conversation, candidate)) return;
    }
  }
  packet.needed = 0;
  packet.offset = end;
}

/** Lets another protocol take the segment as if the flow were its own. */
function callInner(
  packet: Packet,
  dissection: Dissection,
  conversation: HttpConversation,
  { segment }: Protocol,
): boolean {
  const flow = packet.flow!;
  conversation.inner.enter(flow);
  const taken = segment?.(packet, dissection) === true;
  conversation.inner.leave(flow, http, conversation);
  return taken;
}
