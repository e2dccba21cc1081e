import { formatTimestamp } from '../capture/timestamp.ts';
import type { TlsSessionRow } from '../record/tables/tls-session.ts';
import type { HelloWithOffer, Offer } from '../wire/app/tls/tls-offer.ts';
import { EndpointColumns } from './endpoint-columns.ts';
import { BLOCK_ROWS, RowBlock, texts } from './row-block.ts';

/** What a record takes as an object, beside the texts of messages: by that they are counted. */
const RECORD_BYTES = 800;
/** The same of a text in a list. */
const ITEM_BYTES = 32;

/** How the column `transports` numbers them. */
export const TRANSPORTS = ['tcp', 'quic', 'dtls'] as const satisfies readonly TlsSessionRow['transport'][];

/** Rows of TLS sessions. */
export class TlsRowBlock extends RowBlock<TlsSessionRow> {
  readonly ends = new EndpointColumns();
  readonly serverNames = texts();
  readonly alpns = texts();
  readonly versions = texts();
  readonly ciphers = texts();
  /** Shared by all that offer the same. */
  readonly offers: Offer[] = [];
  readonly transports = new Uint8Array(BLOCK_ROWS);
  readonly streams = new Int32Array(BLOCK_ROWS);
  readonly packets = new Float64Array(BLOCK_ROWS);

  rowOf(index: number): TlsSessionRow {
    const { ja3, ja4, versions, alpn } = this.offers[index]!;
    return {
      time: formatTimestamp(this.seconds[index]!, this.nanoseconds[index]!),
      stream: this.streams[index]!,
      client_addr: this.ends.client(index) ?? '',
      client_port: this.ends.clientPorts[index]!,
      server_addr: this.ends.server(index) ?? '',
      server_port: this.ends.serverPorts[index]!,
      server_name: this.serverNames[index]!,
      alpn: this.alpns[index]!,
      version: this.versions[index]!,
      cipher: this.ciphers[index]!,
      ja3,
      ja4,
      transport: TRANSPORTS[this.transports[index]!]!,
      offered_versions: versions,
      offered_alpn: alpn,
      packet: this.packets[index]!,
      community_id: this.ends.communityId(index),
    };
  }
}

/** Roughly the memory that the record of a ClientHello takes. */
export function sizeOfHello({ serverName, offer: { versions, alpn } }: HelloWithOffer): number {
  let bytes = RECORD_BYTES + (serverName?.length ?? 0) + ITEM_BYTES * versions.length;
  for (const name of alpn) bytes += ITEM_BYTES + name.length;
  return bytes;
}
