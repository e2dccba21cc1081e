import { formatTimestamp } from '../capture/timestamp.ts';
import { type Section, section } from '../record/table.ts';
import { type HttpRequestRow, httpRequest } from '../record/tables/http-request.ts';
import { http } from '../wire/app/http.ts';
import { HttpExchange, REPEATED } from '../wire/app/http-exchange.ts';
import { type HttpRequest, type HttpResponse, readHttpMessage } from '../wire/app/http-message.ts';
import { http2 } from '../wire/app/http2.ts';
import { Http2Headers, type Http2Stream } from '../wire/app/http2-stream.ts';
import { http3 } from '../wire/app/http3.ts';
import { ssdp } from '../wire/app/ssdp.ts';
import { flowCommunityId } from '../wire/flow-community-id.ts';
import { destinationOf, sourceOf } from '../wire/flow-text.ts';
import type { Message, Packet } from '../wire/packet.ts';
import { type Asked, AwaitedRows, type Moment } from './awaited-rows.ts';
import { lossesOf, type OpenStatistic, type StatisticOptions } from './statistic.ts';

/** What a record takes beside the texts of messages. */
const ROW_BYTES = 720;

type Waiting = Asked<HttpRequestRow>;

/** Requests and responses, paired as their connection tells; in HTTP/2 and HTTP/3 by their stream. */
export function openHttp({ held, communityIds = true }: StatisticOptions): OpenStatistic {
  const rows = new AwaitedRows<HttpRequestRow>(held);
  const asked = new WeakMap<HttpExchange, Waiting>();
  const open = new Map<Http2Stream, Waiting>();

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
      known.row.request_bytes = message.length; // it was answered before it was whole
      return;
    }
    const fromClient = message.direction === packet.direction;
    const moment = fromClient || exchange === null ? packet : exchange;
    const row = newRow(packet, appOf(message), fromClient, moment, communityIds);
    row.method = read.method;
    row.host = read.host;
    row.uri = read.uri === '' ? null : read.uri;
    row.version = read.version;
    row.user_agent = read.userAgent;
    row.request_bytes = message.length;
    const one = rows.add(row, moment, exchange !== null, sizeOf(row));
    if (exchange !== null) asked.set(exchange, one);
  };

  const takeResponse = (packet: Packet, message: Message, read: HttpResponse, exchange: HttpExchange | null): void => {
    if (read.status !== null && read.status < 200 && read.status !== 101) return; // its final one follows
    const request = exchange === null ? undefined : asked.get(exchange);
    if (request?.isDropped === true) return;
    const known = request === undefined || request.isGone ? null : request;
    const row =
      known?.row ?? newRow(packet, appOf(message), message.direction !== packet.direction, packet, communityIds);
    row.status = read.status;
    row.reason = read.reason;
    row.response_bytes = message.length;
    if (known !== null) {
      row.latency_ms = latency(known, packet);
      rows.answer(known, row.reason?.length ?? 0);
    } else {
      row.version = read.version;
      rows.add(row, packet, false, sizeOf(row));
    }
  };

  const takeStream = (packet: Packet, { stream, fields }: Http2Headers): void => {
    const response = fields.has(':status');
    const before = open.get(stream);
    const known = before?.isGone === true ? undefined : before;
    const row = known?.row ?? newRow(packet, 'http', packet.direction !== stream.server, packet, communityIds);
    const held = known ?? rows.add(row, packet, true, ROW_BYTES);
    if (known === undefined) {
      row.version = stream.version;
      if (!held.isGone) open.set(stream, held);
    }
    if (response) {
      const status = Number(fields.get(':status'));
      if (!(status >= 200)) return; // interim
      row.status = status;
      if (row.method !== null && known !== undefined) row.latency_ms = latency(known, packet);
      rows.answer(held, 0);
      return;
    }
    row.method ??= fields.get(':method') ?? null;
    row.host ??= fields.get(':authority') ?? fields.get('host') ?? null;
    row.uri ??= fields.get(':path') ?? null;
    row.user_agent ??= fields.get('user-agent') ?? null;
    rows.grow(held, sizeOf(row) - held.bytes);
  };

  /** Lengths of HTTP/2 and HTTP/3 messages, which are known when they are over. */
  const measure = (): void => {
    for (const [stream, { row }] of open) {
      row.request_bytes = stream.requestBytes === 0 ? null : stream.requestBytes;
      row.response_bytes = stream.responseBytes === 0 ? null : stream.responseBytes;
    }
  };

  /** The rows that `take` gives, and what belongs to them is let go of. */
  const given = (take: () => readonly HttpRequestRow[]): Section => {
    measure();
    const taken = take();
    for (const [stream, { isGone }] of open) if (isGone) open.delete(stream);
    return section(httpRequest, taken);
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
  return {
    ingest,
    ingestHeld: ingest,
    fresh: (now) => [given(() => rows.takeComplete(now))],
    first: () => (rows.hasMany ? given(() => rows.takeFirst()) : null),
    losses: () => lossesOf(httpRequest.type, rows),
    sections() {
      measure();
      return [section(httpRequest, rows.all())];
    },
  };
}

function sizeOf({ host, uri, reason, user_agent }: HttpRequestRow): number {
  return ROW_BYTES + (host?.length ?? 0) + (uri?.length ?? 0) + (reason?.length ?? 0) + (user_agent?.length ?? 0);
}

const appOf = ({ protocol }: Message): HttpRequestRow['app'] => (protocol === ssdp.id ? 'ssdp' : 'http');

/** A row of the packet's connection, whose sender is the client or the server. */
function newRow(
  packet: Packet,
  app: HttpRequestRow['app'],
  fromClient: boolean,
  { seconds, nanoseconds }: Moment,
  communityIds: boolean,
): HttpRequestRow {
  const source = sourceOf(packet);
  const target = destinationOf(packet);
  return {
    time: formatTimestamp(seconds, nanoseconds),
    stream: packet.flow?.stream ?? null,
    client_addr: fromClient ? source : target,
    client_port: fromClient ? packet.srcPort : packet.dstPort,
    server_addr: fromClient ? target : source,
    server_port: fromClient ? packet.dstPort : packet.srcPort,
    method: null,
    host: null,
    uri: null,
    version: null,
    status: null,
    reason: null,
    request_bytes: null,
    response_bytes: null,
    latency_ms: null,
    user_agent: null,
    community_id: communityIds && packet.flow !== null ? flowCommunityId(packet.flow) : null,
    app,
  };
}

function latency(request: Waiting, packet: Packet): number | null {
  const nanoseconds = (packet.seconds - request.seconds) * 1e9 + (packet.nanoseconds - request.nanoseconds);
  return nanoseconds >= 0 ? nanoseconds / 1e6 : null; // not for packets without a time, either
}
