import { formatTimestamp } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { type HttpRequestRow, httpRequest } from '../record/tables/http-request.ts';
import { http } from '../wire/app/http.ts';
import { readHttpMessage } from '../wire/app/http-message.ts';
import { http2 } from '../wire/app/http2.ts';
import { Http2Stream } from '../wire/app/http2-stream.ts';
import { ssdp } from '../wire/app/ssdp.ts';
import type { Flow } from '../wire/flow.ts';
import { destinationOf, sourceOf } from '../wire/flow-text.ts';
import type { Message, Packet } from '../wire/packet.ts';
import type { OpenStatistic } from './statistic.ts';
import { PATIENCE_SECONDS, takeComplete } from './take-complete.ts';

/** Requests of one connection that wait for their answers; of pipelines longer than that the oldest stay alone. */
const MOST_WAITING = 1000;

interface Waiting {
  readonly row: HttpRequestRow;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Requests and responses, paired in their order on each connection; in HTTP/2 by their stream. */
export function openHttp(): OpenStatistic {
  const rows: HttpRequestRow[] = [];
  const waiting = new Map<Flow, Waiting[]>();
  let streams: { readonly row: HttpRequestRow; readonly stream: Http2Stream }[] = [];
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
      rows.push(row);
      if (flow === null || message.protocol === ssdp.id) return;
      const queue = waiting.get(flow);
      const one = { row, seconds: packet.seconds, nanoseconds: packet.nanoseconds };
      if (queue === undefined) waiting.set(flow, [one]);
      else if (queue.length < MOST_WAITING) queue.push(one);
      return;
    }
    const interim = read.status !== null && read.status < 200 && read.status !== 101;
    const request = flow === null || interim ? undefined : waiting.get(flow)?.shift();
    const row = request?.row ?? newRow(packet, false);
    row.status = read.status;
    row.reason = read.reason;
    row.response_bytes = message.length;
    if (request !== undefined) row.latency_ms = latency(request, packet);
    else {
      row.version = read.version;
      rows.push(row);
    }
  };

  const takeStream = (packet: Packet, stream: Http2Stream): void => {
    const response = stream.fields.has(':status');
    const known = open.get(stream);
    const row = known?.row ?? newRow(packet, packet.direction !== stream.server);
    if (known === undefined) {
      row.version = 'HTTP/2';
      rows.push(row);
      streams.push({ row, stream });
      open.set(stream, { row, seconds: packet.seconds, nanoseconds: packet.nanoseconds });
    }
    const { fields } = stream;
    if (response) {
      const status = Number(fields.get(':status'));
      if (!(status >= 200)) return; // interim
      row.status = status;
      if (row.method !== null && known !== undefined) row.latency_ms = latency(known, packet);
      return;
    }
    row.method ??= fields.get(':method') ?? null;
    row.host ??= fields.get(':authority') ?? fields.get('host') ?? null;
    row.uri ??= fields.get(':path') ?? null;
    row.user_agent ??= fields.get('user-agent') ?? null;
  };

  /** Lengths of HTTP/2 messages, which are known when they are over. */
  const measure = (): void => {
    for (const { row, stream } of streams) {
      row.request_bytes = stream.requestBytes === 0 ? null : stream.requestBytes;
      row.response_bytes = stream.responseBytes === 0 ? null : stream.responseBytes;
    }
  };

  return {
    ingest(packet: Packet): void {
      for (let index = 0; index < packet.messageCount; index++) {
        const message = packet.messages[index]!;
        const { protocol } = message;
        if (protocol === http.id || protocol === ssdp.id) take(packet, message);
        else if (protocol === http2.id && message.detail instanceof Http2Stream) {
          takeStream(packet, message.detail);
        }
      }
    },
    fresh(now) {
      const unanswered = new Set<HttpRequestRow>();
      const look = ({ row, seconds }: Waiting): boolean => {
        const waits = row.status === null && now - seconds < PATIENCE_SECONDS;
        if (waits) unanswered.add(row);
        return waits;
      };
      for (const [flow, queue] of waiting) {
        const left = queue.filter(look);
        if (left.length === 0) waiting.delete(flow);
        else waiting.set(flow, left);
      }
      for (const [stream, one] of open) if (!look(one)) open.delete(stream);
      measure();
      streams = streams.filter(({ row }) => unanswered.has(row));
      return [section(httpRequest, takeComplete(rows, unanswered))];
    },
    sections() {
      measure();
      return [section(httpRequest, rows)];
    },
  };
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
