import { writeTimestamp } from '../capture/timestamp.ts';
import { compileLine, type FieldWriters, type JsonLine, JsonValues, type LineForm } from '../output/json-line.ts';
import { type HttpRequestRow, httpRequest } from '../record/tables/http-request.ts';
import { type HttpRowBlock, NO_STREAM } from './http-row-block.ts';
import type { RowPlace } from './row-block.ts';

type HttpPlace = RowPlace<HttpRowBlock>;

/** Writes records of HTTP as lines of NDJSON from their columns. Null for other fields than a record has. */
export function compileHttpLine({ fields }: LineForm): JsonLine<HttpPlace> | null {
  return compileLine(httpRequest, fields, writers());
}

function writers(): FieldWriters<HttpRequestRow, HttpPlace> {
  const values = new JsonValues();
  return {
    time: (out, { block, row }) => writeTimestamp(out, block.seconds[row]!, block.nanoseconds[row]!),
    stream: (out, { block, row }) => values.integer(out, block.streams[row] === NO_STREAM ? null : block.streams[row]!),
    client_addr: (out, { block, row }) => values.text(out, block.ends.client(row)),
    client_port: (out, { block, row }) => out.integer(block.ends.clientPorts[row]!),
    server_addr: (out, { block, row }) => values.text(out, block.ends.server(row)),
    server_port: (out, { block, row }) => out.integer(block.ends.serverPorts[row]!),
    method: (out, { block, row }) => values.name(out, block.methods[row]!),
    host: (out, { block, row }) => values.text(out, block.hosts[row]!),
    uri: (out, { block, row }) => values.text(out, block.uris[row]!),
    version: (out, { block, row }) => values.name(out, block.versions[row]!),
    status: (out, { block, row }) => values.number(out, block.statuses[row]!),
    reason: (out, { block, row }) => values.text(out, block.reasons[row]!),
    request_bytes: (out, { block, row }) => values.number(out, block.requestBytes[row]!),
    response_bytes: (out, { block, row }) => values.number(out, block.responseBytes[row]!),
    latency_ms: (out, { block, row }) => values.number(out, block.latencies[row]!),
    user_agent: (out, { block, row }) => values.text(out, block.userAgents[row]!),
    community_id: (out, { block, row }) => block.ends.writeCommunityId(out, row),
    app: (out, { block, row }) => values.name(out, block.appOf(row)),
  };
}
