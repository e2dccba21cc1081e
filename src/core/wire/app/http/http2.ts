import { i32, startsWith, u24 } from '../../bytes.ts';
import { hex } from '../../hex.ts';
import { NEED_SEGMENT, type Packet } from '../../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../../protocol.ts';
import { dns } from '../dns/dns.ts';
import { type HeaderBlock, Http2Connection, Http2Headers } from './http2-stream.ts';

// RFC 9113, 3.4: what a client sends first.
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** As much of it is no other protocol. */
const LEAST_PREFACE = 4;
// RFC 9113, 4.1: length (3), type (1), flags (1), stream (4).
const HEADER = 9;
const TYPE = 3;
const FLAGS = 4;
const STREAM = 5;
const DATA = 0;
const HEADERS = 1;
const PUSH_PROMISE = 5;
const CONTINUATION = 9;
const NAMES: readonly string[] = [
  ...['DATA', 'HEADERS', 'PRIORITY', 'RST_STREAM', 'SETTINGS', 'PUSH_PROMISE', 'PING', 'GOAWAY', 'WINDOW_UPDATE'],
  'CONTINUATION',
];
const END_STREAM = 1;
const END_HEADERS = 4;
const PADDED = 8;
const PRIORITY = 0x20;
const LONGEST_BLOCK = 64 * 1024;

export const http2 = protocol({
  name: 'http2',
  about: 'HyperText Transfer Protocol 2',
  segment(packet: Packet, dissection: Dissection): boolean {
    const { flow } = packet;
    if (flow === null) return false;
    const known = flow.application === http2 ? flow.applicationState : null;
    const connection = known instanceof Http2Connection ? known : new Http2Connection();
    flow.application = http2;
    flow.applicationState = connection;
    while (packet.offset < packet.end) {
      const { bytes, offset, end } = packet;
      const left = end - offset;
      if (packet.canWait && left < PREFACE.length && beginsPreface(packet)) {
        packet.needed = PREFACE.length - left;
        return true;
      }
      if (left < HEADER && packet.canWait) {
        packet.needed = NEED_SEGMENT;
        return true;
      }
      const preface = startsWith(bytes, offset, end, PREFACE);
      const length = preface ? PREFACE.length : left < HEADER ? left : HEADER + u24(bytes, offset);
      if (length > left && packet.canWait) {
        packet.needed = length - left;
        return true;
      }
      packet.push(http2.id);
      const stop = Math.min(end, offset + length);
      packet.layerEnd[packet.layerCount - 1] = stop;
      if (preface) {
        connection.server = 1 - packet.direction;
        // as in tshark, which finds it there when it cannot ask for more any longer
        if (isPortOfHttp(packet, dissection)) packet.canWait = false;
      }
      if (!preface && length <= left && left >= HEADER) frame(packet, dissection, connection, offset, stop);
      packet.bytes = bytes;
      packet.end = end;
      packet.offset = stop;
    }
    return true;
  },
  segmentBegins: beginsPreface,
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    if (startsWith(bytes, start, end, PREFACE)) return 'Magic';
    if (end - start < HEADER) return 'HTTP/2';
    return `${NAMES[bytes[start + TYPE]!] ?? `type ${bytes[start + TYPE]!}`}[${i32(bytes, start + STREAM) & 0x7fffffff}]`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    if (startsWith(bytes, start, end, PREFACE)) out.field('Magic', 'PRI * HTTP/2.0');
    else if (end - start >= HEADER) {
      out.field('Length', u24(bytes, start));
      out.field('Type', `${NAMES[bytes[start + TYPE]!] ?? 'unknown'} (${bytes[start + TYPE]!})`);
      out.field('Flags', hex(bytes[start + FLAGS]!, 2));
      out.field('Stream Identifier', i32(bytes, start + STREAM) & 0x7fffffff);
    }
  },
});

/** Whether the bytes are the preface, or as much of it as there is. */
function beginsPreface({ bytes, offset, end }: Packet): boolean {
  if (end - offset < LEAST_PREFACE) return false;
  const length = Math.min(end - offset, PREFACE.length);
  for (let index = 0; index < length; index++) {
    if (bytes[offset + index] !== PREFACE.charCodeAt(index)) return false;
  }
  return true;
}

function isPortOfHttp({ srcPort, dstPort }: Packet, { registry: { tcpPorts } }: Dissection): boolean {
  return tcpPorts.of(srcPort)?.name === 'http' || tcpPorts.of(dstPort)?.name === 'http';
}

/** Takes in one whole frame in [start, stop). */
function frame(packet: Packet, dissection: Dissection, connection: Http2Connection, start: number, stop: number): void {
  const { bytes, direction } = packet;
  const type = bytes[start + TYPE]!;
  if (type !== DATA && type !== HEADERS && type !== PUSH_PROMISE && type !== CONTINUATION) return;
  const flags = bytes[start + FLAGS]!;
  const id = i32(bytes, start + STREAM) & 0x7fffffff;
  let at = start + HEADER;
  let end = stop;
  if (type !== CONTINUATION && (flags & PADDED) !== 0 && at < end) {
    end -= bytes[at]!;
    at++;
  }
  if (type === DATA) {
    const stream = connection.stream(id);
    if (stream === undefined) return;
    if (direction === stream.server) stream.responseBytes += stop - start;
    else stream.requestBytes += stop - start;
    if (stream.body[direction] === null) return;
    if (at < end) stream.append(direction, bytes.subarray(at, end));
    if ((flags & END_STREAM) !== 0) dnsBody(packet, dissection, stream.body[direction]);
    return;
  }
  if (type === HEADERS && (flags & PRIORITY) !== 0) at += 5;
  let target = id;
  if (type === PUSH_PROMISE) {
    if (end - at < 4) return;
    target = i32(bytes, at) & 0x7fffffff;
    at += 4;
    if (connection.server < 0) connection.server = direction;
  }
  if (at > end) return;
  const begun = connection.blocks[direction];
  if (type === CONTINUATION) {
    if (begun === null || begun.bytes.length + end - at > LONGEST_BLOCK) return;
    const whole = new Uint8Array(begun.bytes.length + end - at);
    whole.set(begun.bytes);
    whole.set(bytes.subarray(at, end), begun.bytes.length);
    begun.bytes = whole;
    begun.length += stop - start;
    if ((flags & END_HEADERS) === 0) return;
    connection.blocks[direction] = null;
    headerBlock(packet, connection, begun, 0, whole.length);
    return;
  }
  const promise = type === PUSH_PROMISE;
  if ((flags & END_HEADERS) === 0) {
    connection.blocks[direction] = { stream: target, promise, bytes: bytes.slice(at, end), length: stop - start };
  } else headerBlock(packet, connection, { stream: target, promise, bytes, length: stop - start }, at, end);
}

/** Decodes a header block: the decoder of its direction has to see every one. */
function headerBlock(
  packet: Packet,
  connection: Http2Connection,
  { stream: id, promise, bytes, length }: HeaderBlock,
  start: number,
  end: number,
): void {
  const { direction } = packet;
  const fields = connection.decoders[direction].decode(bytes, start, end);
  const response = fields.has(':status');
  if (connection.server < 0) {
    if (!response && !fields.has(':method')) return;
    connection.server = response ? direction : 1 - direction;
  }
  const stream = connection.open(id);
  if (direction === stream.server && !promise) stream.responseBytes += length;
  else stream.requestBytes += length;
  if (!response && !fields.has(':method')) return; // trailers
  if (fields.get('content-type')?.startsWith('application/dns-message')) stream.body[direction] = new Uint8Array(0);
  packet.message(http2.id, packet.offset, packet.offset).detail = new Http2Headers(stream, fields);
}

/** A body that is a DNS message (RFC 8484) has a layer of its own. */
function dnsBody(packet: Packet, dissection: Dissection, body: Uint8Array): void {
  if (body.length === 0) return;
  packet.bytes = body;
  packet.offset = 0;
  packet.end = body.length;
  dns.datagram!(packet, dissection);
}
