import { writeTimestamp } from '../capture/timestamp.ts';
import { compileLine, type FieldWriters, type JsonLine, JsonValues, type LineForm } from '../output/json-line.ts';
import { type TlsSessionRow, tlsSession } from '../record/tables/tls-session.ts';
import type { RowPlace } from './row-block.ts';
import { type TlsRowBlock, TRANSPORTS } from './tls-row-block.ts';

type TlsPlace = RowPlace<TlsRowBlock>;

/** Writes records of TLS as lines of NDJSON from their columns. Null for other fields than a record has. */
export function compileTlsLine({ fields }: LineForm): JsonLine<TlsPlace> | null {
  return compileLine(tlsSession, fields, writers());
}

function writers(): FieldWriters<TlsSessionRow, TlsPlace> {
  const values = new JsonValues();
  return {
    time: (out, { block, row }) => writeTimestamp(out, block.seconds[row]!, block.nanoseconds[row]!),
    stream: (out, { block, row }) => out.integer(block.streams[row]!),
    client_addr: (out, { block, row }) => values.text(out, block.ends.client(row) ?? ''),
    client_port: (out, { block, row }) => out.integer(block.ends.clientPorts[row]!),
    server_addr: (out, { block, row }) => values.text(out, block.ends.server(row) ?? ''),
    server_port: (out, { block, row }) => out.integer(block.ends.serverPorts[row]!),
    server_name: (out, { block, row }) => values.text(out, block.serverNames[row]!),
    alpn: (out, { block, row }) => values.text(out, block.alpns[row]!),
    version: (out, { block, row }) => values.name(out, block.versions[row]!),
    cipher: (out, { block, row }) => values.name(out, block.ciphers[row]!),
    ja3: (out, { block, row }) => values.text(out, block.offers[row]!.ja3),
    ja4: (out, { block, row }) => values.text(out, block.offers[row]!.ja4),
    transport: (out, { block, row }) => values.name(out, TRANSPORTS[block.transports[row]!]!),
    offered_versions: (out, { block, row }) => values.names(out, block.offers[row]!.versions),
    offered_alpn: (out, { block, row }) => values.names(out, block.offers[row]!.alpn),
    packet: (out, { block, row }) => out.integer(block.packets[row]!),
    community_id: (out, { block, row }) => block.ends.writeCommunityId(out, row),
  };
}
