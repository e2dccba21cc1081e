import { type HttpRequestRow, httpRequest } from '../record/tables/http-request.ts';
import { http } from '../wire/app/http/http.ts';
import { HttpExchange, REPEATED } from '../wire/app/http/http-exchange.ts';
import { type HttpRequest, type HttpResponse, readHttpMessage } from '../wire/app/http/http-message.ts';
import { http2 } from '../wire/app/http/http2.ts';
import { Http2Headers, type Http2Stream } from '../wire/app/http/http2-stream.ts';
import { http3 } from '../wire/app/quic/http3.ts';
import { ssdp } from '../wire/app/ssdp.ts';
import type { Message, Packet } from '../wire/packet.ts';
import { AwaitedRows, DROPPED, HeldBytes } from './awaited-rows.ts';
import { compileHttpLine } from './http-line.ts';
import { HttpRowBlock, sizeOfRequest, sizeOfResponse } from './http-row-block.ts';
import { messageStatistic } from './message-statistic.ts';
import type { OpenStatistic, StatisticOptions } from './statistic.ts';
import { lineFor } from './written-rows.ts';

/** Requests and responses, paired as their connection tells; in HTTP/2 and HTTP/3 by their stream. */
export function openHttp({ held = new HeldBytes(), communityIds = true, lineOf }: StatisticOptions): OpenStatistic {
  const line = lineFor({ lineOf }, httpRequest, compileHttpLine);
  const rows = new AwaitedRows<HttpRequestRow, HttpRowBlock>(held, () => new HttpRowBlock());
  const asked = new WeakMap<HttpExchange, number>();
  const open = new Map<Http2Stream, number>();

  const take = (packet: Packet, message: Message): void => {
    if (message.detail === REPEATED) return;
    const read = readHttpMessage(message.bytes, message.start, message.end);
    if (read === null) return;
    const exchange = message.detail instanceof HttpExchange ? message.detail : null;
    if (read.request) takeRequest(packet, message, read, exchange);
    else takeResponse(packet, message, read, exchange);
  };

  const takeRequest = (packet: Packet, message: Message, read: HttpRequest, exchange: HttpExchange | null): void => {
    const known = exchange === null ? undefined : asked.get(exchange);
    if (known !== undefined) {
      // it was answered before it was whole
      if (!rows.isGone(known)) rows.blockOf(known).requestBytes[rows.indexOf(known)] = message.length;
      return;
    }
    const uri = read.uri === '' ? null : read.uri;
    const fromClient = message.direction === packet.direction;
    const moment = fromClient || exchange === null ? packet : exchange;
    const row = rows.add(moment, exchange !== null, sizeOfRequest(read.host, uri, read.userAgent));
    if (exchange !== null) asked.set(exchange, row);
    if (row === DROPPED) return;
    const block = begin(row, packet, isSsdp(message), fromClient);
    const index = rows.indexOf(row);
    block.methods[index] = read.method;
    block.hosts[index] = read.host;
    block.uris[index] = uri;
    block.versions[index] = read.version;
    block.userAgents[index] = read.userAgent;
    block.requestBytes[index] = message.length;
  };

  const takeResponse = (packet: Packet, message: Message, read: HttpResponse, exchange: HttpExchange | null): void => {
    if (read.status !== null && read.status < 200 && read.status !== 101) return; // its final one follows
    const request = exchange === null ? undefined : asked.get(exchange);
    if (request === DROPPED) return;
    const known = request !== undefined && !rows.isGone(request);
    const row = known ? request : rows.add(packet, false, sizeOfResponse(read.reason));
    if (row === DROPPED) return;
    const index = rows.indexOf(row);
    if (known) {
      rows.blockOf(row).latencies[index] = latency(row, packet);
      rows.answer(row, read.reason?.length ?? 0);
    } else begin(row, packet, isSsdp(message), message.direction !== packet.direction).versions[index] = read.version;
    const block = rows.blockOf(row);
    if (read.status !== null) block.statuses[index] = read.status;
    block.reasons[index] = read.reason;
    block.responseBytes[index] = message.length;
  };

  const takeStream = (packet: Packet, { stream, fields }: Http2Headers): void => {
    const before = open.get(stream);
    const known = before !== undefined && !rows.isGone(before);
    const row = known ? before : rows.add(packet, true, sizeOfRequest(null, null, null));
    if (row === DROPPED) return;
    const index = rows.indexOf(row);
    if (!known) {
      begin(row, packet, false, packet.direction !== stream.server).versions[index] = stream.version;
      open.set(stream, row);
    }
    const block = rows.blockOf(row);
    if (fields.has(':status')) {
      const status = Number(fields.get(':status'));
      if (!(status >= 200)) return; // interim
      block.statuses[index] = status;
      if (block.methods[index] !== null && known) block.latencies[index] = latency(row, packet);
      rows.answer(row, 0);
      return;
    }
    block.methods[index] ??= fields.get(':method') ?? null;
    block.hosts[index] ??= fields.get(':authority') ?? fields.get('host') ?? null;
    block.uris[index] ??= fields.get(':path') ?? null;
    block.userAgents[index] ??= fields.get('user-agent') ?? null;
    rows.grow(row, block.sizeOf(index) - block.sizes[index]!);
  };

  /** Fills in a new row of the packet's connection, whose sender is the client or the server. */
  const begin = (row: number, packet: Packet, ofSsdp: boolean, fromClient: boolean): HttpRowBlock => {
    const block = rows.blockOf(row);
    const index = rows.indexOf(row);
    block.setConversation(index, packet.flow?.stream ?? null, ofSsdp);
    block.ends.setPacket(index, packet, fromClient, communityIds);
    return block;
  };

  /** Milliseconds from the request; NaN where the clock went back, and for packets without a time. */
  const latency = (row: number, packet: Packet): number => {
    const nanoseconds = rows.nanosecondsSince(row, packet);
    return nanoseconds >= 0 ? nanoseconds / 1e6 : Number.NaN;
  };

  /** Lengths of HTTP/2 and HTTP/3 messages, which are known when they are over. */
  const measure = (): void => {
    for (const [stream, row] of open) {
      if (rows.isGone(row)) continue;
      const { requestBytes, responseBytes } = rows.blockOf(row);
      const index = rows.indexOf(row);
      if (stream.requestBytes !== 0) requestBytes[index] = stream.requestBytes;
      if (stream.responseBytes !== 0) responseBytes[index] = stream.responseBytes;
    }
  };

  /** Streams are let go of whose rows were taken out. */
  const forget = (): void => {
    for (const [stream, row] of open) if (rows.isGone(row)) open.delete(stream);
  };

  const ingest = (packet: Packet): void => {
    for (let index = 0; index < packet.messageCount; index++) {
      const message = packet.messages[index]!;
      const { protocol } = message;
      if (protocol === http.id || protocol === ssdp.id) take(packet, message);
      else if ((protocol === http2.id || protocol === http3.id) && message.detail instanceof Http2Headers) {
        takeStream(packet, message.detail);
      }
    }
  };
  return messageStatistic(httpRequest, rows, line, ingest, { before: measure, after: forget });
}

const isSsdp = ({ protocol }: Message): boolean => protocol === ssdp.id;
