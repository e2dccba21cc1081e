import { formatTimestamp } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { type TlsSessionRow, tlsSession } from '../record/tables/tls-session.ts';
import { dtls } from '../wire/app/dtls.ts';
import { ConnectionHello, helloTypeOf } from '../wire/app/hello-message.ts';
import { quic } from '../wire/app/quic.ts';
import { tls } from '../wire/app/tls.ts';
import { ENCRYPTED_EXTENSIONS, readAlpnChoice, readServerHello } from '../wire/app/tls-hello.ts';
import { cipherName, tlsVersionName } from '../wire/app/tls-names.ts';
import { type HelloTransport, readOffer } from '../wire/app/tls-offer.ts';
import { CLIENT_HELLO } from '../wire/app/tls-record.ts';
import { ByFlow } from '../wire/by-flow.ts';
import type { Flow } from '../wire/flow.ts';
import { flowCommunityId } from '../wire/flow-community-id.ts';
import { addressA, addressB } from '../wire/flow-text.ts';
import type { Message, Packet } from '../wire/packet.ts';
import { type Asked, AwaitedRows } from './awaited-rows.ts';
import { lossesOf, type OpenStatistic, type StatisticOptions } from './statistic.ts';

const TLS_1_3 = 0x0304;

/** ClientHellos as records, completed by the ServerHello that follows on the same connection. */
export function openTls({ held, communityIds = true }: StatisticOptions): OpenStatistic {
  const rows = new AwaitedRows<TlsSessionRow>(held);
  const open = new ByFlow<Asked<TlsSessionRow>>((flow, { isGone }) => isGone || flow.isOver);
  // no WeakMap: where there are 100,000, the collector looks at each of them each time, which was a fifth of a run
  const ofConnection = new ByFlow<Asked<TlsSessionRow>, object>((_, { isGone }) => isGone);
  const ingest = (packet: Packet): void => {
    for (let index = 0; index < packet.messageCount; index++) {
      const message = packet.messages[index]!;
      const { protocol, flow } = message;
      if ((protocol !== tls.id && protocol !== quic.id && protocol !== dtls.id) || flow === null) continue;
      // of QUIC the flow does not tell the connection
      const connection = message.detail instanceof ConnectionHello ? message.detail.connection : null;
      if (helloTypeOf(message) === CLIENT_HELLO) {
        const row = clientRow(packet, message, flow);
        if (row === null) continue;
        const asked = rows.add(row, packet, true, sizeOf(row));
        if (communityIds && !asked.isGone) row.community_id = flowCommunityId(flow);
        if (connection === null) open.set(flow, asked);
        else if (asked.isGone) ofConnection.delete(connection);
        else ofConnection.set(connection, asked);
      } else {
        const asked = connection === null ? open.get(flow) : ofConnection.get(connection);
        if (asked === undefined || asked.isGone) continue;
        if (helloTypeOf(message) === ENCRYPTED_EXTENSIONS) choose(asked.row, message);
        else answer(asked.row, message);
        if (asked.row.version !== null) asked.waits = false;
      }
    }
  };
  return {
    ingest,
    ingestHeld: ingest,
    sections: () => [section(tlsSession, rows.all())],
    fresh: (now) => [section(tlsSession, rows.takeComplete(now))],
    first: () => (rows.hasMany ? section(tlsSession, rows.takeFirst()) : null),
    losses: () => lossesOf(tlsSession.type, rows),
  };
}

/** What a record takes beside the texts of messages. */
const ROW_BYTES = 800;

function sizeOf({ server_name, offered_versions, offered_alpn }: TlsSessionRow): number {
  let bytes = ROW_BYTES + (server_name?.length ?? 0) + 32 * offered_versions.length;
  for (const name of offered_alpn) bytes += 32 + name.length;
  return bytes;
}

const TRANSPORTS = { t: 'tcp', q: 'quic', d: 'dtls' } as const;

function clientRow(packet: Packet, message: Message, flow: Flow): TlsSessionRow | null {
  const { protocol } = message;
  const transport: HelloTransport = protocol === quic.id ? 'q' : protocol === dtls.id ? 'd' : 't';
  const hello = readOffer(message.bytes, message.start, message.end, transport);
  if (hello === null) return null;
  const { serverName, offer } = hello;
  const fromA = message.direction === 0;
  return {
    time: formatTimestamp(packet.seconds, packet.nanoseconds),
    stream: flow.stream,
    client_addr: fromA ? addressA(flow) : addressB(flow),
    client_port: fromA ? flow.aPort : flow.bPort,
    server_addr: fromA ? addressB(flow) : addressA(flow),
    server_port: fromA ? flow.bPort : flow.aPort,
    server_name: serverName,
    alpn: null,
    version: null,
    cipher: null,
    ja3: offer.ja3,
    ja4: offer.ja4,
    transport: TRANSPORTS[transport],
    offered_versions: offer.versions,
    offered_alpn: offer.alpn,
    packet: packet.number,
    community_id: null,
  };
}

function answer(row: TlsSessionRow, message: Message): void {
  const hello = readServerHello(message.bytes, message.start, message.end);
  if (hello === null) return;
  const version = hello.versions[0] ?? hello.legacyVersion;
  row.version = tlsVersionName(version);
  row.cipher = cipherName(hello.ciphers[0]!);
  const encrypted = version === TLS_1_3 || version === 0xfefc;
  row.alpn = hello.alpn[0] ?? (encrypted && row.offered_alpn.length > 0 ? row.offered_alpn.join(',') : null);
}

/** With keys the server's choice is known, in place of all that was offered. */
function choose(row: TlsSessionRow, { bytes, start, end }: Message): void {
  row.alpn = readAlpnChoice(bytes, start, end);
}
