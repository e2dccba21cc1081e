import { formatTimestamp } from '../capture/timestamp.ts';
import { type Section, section } from '../record/table.ts';
import { type HttpRequestRow, httpRequest } from '../record/tables/http-request.ts';
import { http } from '../wire/app/http.ts';
import { readHttpMessage } from '../wire/app/http-message.ts';
import { http2 } from '../wire/app/http2.ts';
import { Http2Headers, type Http2Stream } from '../wire/app/http2-stream.ts';
import { ssdp } from '../wire/app/ssdp.ts';
import { ByFlow } from '../wire/by-flow.ts';
import { destinationOf, sourceOf } from '../wire/flow-text.ts';
import type { Message, Packet } from '../wire/packet.ts';
import { type Asked, AwaitedRows } from './awaited-rows.ts';
import { lossesOf, type OpenStatistic, type StatisticOptions } from './statistic.ts';

/** Requests of one connection that wait for their answers; of pipelines longer than that the oldest stay alone. */
const MOST_WAITING = 1000;

/** What a record takes beside the texts of messages. */
const ROW_BYTES = 720;

type Waiting = Asked<HttpRequestRow>;

/** Requests and responses, paired in their order on each connection; in HTTP/2 by their stream. */
export function openHttp({ held }: StatisticOptions): OpenStatistic {
  const rows = new AwaitedRows<HttpRequestRow>(held);
  const waiting = new ByFlow<Waiting[]>((flow, queue) => flow.isOver || queue.every(({ isGone }) => isGone));
  const open = new Map<Http2Stream, Waiting>();

  const take = (packet: Packet, message: Message): void => {
    const read = readHttpMessage(message.bytes, message.start, message.end);
    if (read === null) return;
    const { flow } = message;
    if (read.request) {
      const row = newRow(packet, true);
      row.method = read.method;
      row.host = read.host;
      row.uri = read.uri === '' ? null : read.uri;
      row.version = read.version;
      row.user_agent = read.userAgent;
      row.request_bytes = message.length;
      const awaits = flow !== null && message.protocol !== ssdp.id;
      const queue = awaits ? waiting.get(flow) : undefined;
      const waits = awaits && (queue === undefined || queue.length < MOST_WAITING);
      const one = rows.add(row, packet, waits, sizeOf(row));
      if (!waits) return;
      if (queue === undefined) waiting.set(flow, [one]);
      else queue.push(one);
      return;
    }
    const interim = read.status !== null && read.status < 200 && read.status !== 101;
    const request = flow === null || interim ? undefined : waiting.get(flow)?.shift();
    if (request?.isDropped === true) return;
    const asked = request === undefined || request.isGone ? null : request;
    const row = asked?.row ?? newRow(packet, false);
    row.status = read.status;
    row.reason = read.reason;
    row.response_bytes = message.length;
    if (asked !== null) {
      row.latency_ms = latency(asked, packet);
      rows.answer(asked, row.reason?.length ?? 0);
    } else {
      row.version = read.version;
      rows.add(row, packet, false, sizeOf(row));
    }
  };

  const takeStream = (packet: Packet, { stream, fields }: Http2Headers): void => {
    const response = fields.has(':status');
    const before = open.get(stream);
    const known = before?.isGone === true ? undefined : before;
    const row = known?.row ?? newRow(packet, packet.direction !== stream.server);
    const asked = known ?? rows.add(row, packet, true, ROW_BYTES);
    if (known === undefined) {
      row.version = 'HTTP/2';
      if (!asked.isGone) open.set(stream, asked);
    }
    if (response) {
      const status = Number(fields.get(':status'));
      if (!(status >= 200)) return; // interim
      row.status = status;
      if (row.method !== null && known !== undefined) row.latency_ms = latency(known, packet);
      rows.answer(asked, 0);
      return;
    }
    row.method ??= fields.get(':method') ?? null;
    row.host ??= fields.get(':authority') ?? fields.get('host') ?? null;
    row.uri ??= fields.get(':path') ?? null;
    row.user_agent ??= fields.get('user-agent') ?? null;
    rows.grow(asked, sizeOf(row) - asked.bytes);
  };

  /** Lengths of HTTP/2 messages, which are known when they are over. */
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

  return {
    ingest(packet: Packet): void {
      for (let index = 0; index < packet.messageCount; index++) {
        const message = packet.messages[index]!;
        const { protocol } = message;
        if (protocol === http.id || protocol === ssdp.id) take(packet, message);
        else if (protocol === http2.id && message.detail instanceof Http2Headers) {
          takeStream(packet, message.detail);
        }
      }
    },
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

/** A row of the packet's connection, whose sender is the client or the server. */
function newRow(packet: Packet, fromClient: boolean): HttpRequestRow {
  const source = sourceOf(packet);
  const target = destinationOf(packet);
  return {
    time: formatTimestamp(packet.seconds, packet.nanoseconds),
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
  };
}

function latency(request: Waiting, packet: Packet): number | null {
  const nanoseconds = (packet.seconds - request.seconds) * 1e9 + (packet.nanoseconds - request.nanoseconds);
  return nanoseconds >= 0 ? nanoseconds / 1e6 : null; // not for packets without a time, either
}
