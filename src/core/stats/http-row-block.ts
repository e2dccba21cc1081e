import { formatTimestamp } from '../capture/timestamp.ts';
import type { HttpRequestRow } from '../record/tables/http-request.ts';
import { EndpointColumns } from './endpoint-columns.ts';
import { BLOCK_ROWS, numbers, orNull, RowBlock, texts } from './row-block.ts';

/** What a record takes as an object, beside the texts of messages: by that they are counted. */
const RECORD_BYTES = 720;
/** In the column `streams`. */
export const NO_STREAM = -1;

/** Rows of HTTP requests. */
export class HttpRowBlock extends RowBlock<HttpRequestRow> {
  readonly ends = new EndpointColumns();
  readonly methods = texts();
  readonly hosts = texts();
  readonly uris = texts();
  readonly versions = texts();
  readonly reasons = texts();
  readonly userAgents = texts();
  readonly statuses = numbers();
  readonly requestBytes = numbers();
  readonly responseBytes = numbers();
  /** In milliseconds. */
  readonly latencies = numbers();
  readonly streams = new Int32Array(BLOCK_ROWS).fill(NO_STREAM);
  private readonly areSsdp = new Uint8Array(BLOCK_ROWS);

  setConversation(index: number, stream: number | null, isSsdp: boolean): void {
    if (stream !== null) this.streams[index] = stream;
    this.areSsdp[index] = isSsdp ? 1 : 0;
  }

  /** Roughly the memory that a row takes when it is printed. */
  sizeOf(index: number): number {
    return sizeOfRequest(this.hosts[index]!, this.uris[index]!, this.userAgents[index]!);
  }

  appOf(index: number): 'http' | 'ssdp' {
    return this.areSsdp[index] === 1 ? 'ssdp' : 'http';
  }

  rowOf(index: number): HttpRequestRow {
    const stream = this.streams[index]!;
    return {
      time: formatTimestamp(this.seconds[index]!, this.nanoseconds[index]!),
      stream: stream === NO_STREAM ? null : stream,
      client_addr: this.ends.client(index),
      client_port: this.ends.clientPorts[index]!,
      server_addr: this.ends.server(index),
      server_port: this.ends.serverPorts[index]!,
      method: this.methods[index]!,
      host: this.hosts[index]!,
      uri: this.uris[index]!,
      version: this.versions[index]!,
      status: orNull(this.statuses[index]!),
      reason: this.reasons[index]!,
      request_bytes: orNull(this.requestBytes[index]!),
      response_bytes: orNull(this.responseBytes[index]!),
      latency_ms: orNull(this.latencies[index]!),
      user_agent: this.userAgents[index]!,
      community_id: this.ends.communityId(index),
      app: this.appOf(index),
    };
  }
}

export function sizeOfRequest(host: string | null, uri: string | null, userAgent: string | null): number {
  return RECORD_BYTES + (host?.length ?? 0) + (uri?.length ?? 0) + (userAgent?.length ?? 0);
}

export const sizeOfResponse = (reason: string | null): number => RECORD_BYTES + (reason?.length ?? 0);
