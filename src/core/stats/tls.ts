import { type TlsSessionRow, tlsSession } from '../record/tables/tls-session.ts';
import { quic } from '../wire/app/quic/quic.ts';
import { dtls } from '../wire/app/tls/dtls.ts';
import { ConnectionHello, helloTypeOf } from '../wire/app/tls/hello-message.ts';
import { tls } from '../wire/app/tls/tls.ts';
import { ENCRYPTED_EXTENSIONS, readAlpnChoice, readServerHello } from '../wire/app/tls/tls-hello.ts';
import { cipherName, tlsVersionName } from '../wire/app/tls/tls-names.ts';
import { type HelloTransport, readOffer } from '../wire/app/tls/tls-offer.ts';
import { CLIENT_HELLO } from '../wire/app/tls/tls-record.ts';
import { ByFlow } from '../wire/by-flow.ts';
import type { Flow } from '../wire/flow.ts';
import type { Message, Packet } from '../wire/packet.ts';
import { AwaitedRows, DROPPED, HeldBytes } from './awaited-rows.ts';
import { messageStatistic } from './message-statistic.ts';
import type { OpenStatistic, StatisticOptions } from './statistic.ts';
import { compileTlsLine } from './tls-line.ts';
import { sizeOfHello, TlsRowBlock, TRANSPORTS } from './tls-row-block.ts';
import { lineFor } from './written-rows.ts';

const TLS_1_3 = 0x0304;

/** ClientHellos as records, completed by the ServerHello that follows on the same connection. */
export function openTls({ held = new HeldBytes(), communityIds = true, lineOf }: StatisticOptions): OpenStatistic {
  const line = lineFor({ lineOf }, tlsSession, compileTlsLine);
  const rows = new AwaitedRows<TlsSessionRow, TlsRowBlock>(held, () => new TlsRowBlock());
  const open = new ByFlow<number>((flow, row) => flow.isOver || rows.isGone(row));
  // no WeakMap: where there are 100,000, the collector looks at each of them each time, which was a fifth of a run
  const ofConnection = new ByFlow<number, object>((_, row) => rows.isGone(row));

  /** Returns the number of the row; null for what is no hello. */
  const takeHello = (packet: Packet, message: Message, flow: Flow): number | null => {
    const { protocol, bytes, start, end } = message;
    const transport = protocol === quic.id ? 'quic' : protocol === dtls.id ? 'dtls' : 'tcp';
    const hello = readOffer(bytes, start, end, LETTERS[transport]);
    if (hello === null) return null;
    const row = rows.add(packet, true, sizeOfHello(hello));
    if (row === DROPPED) return row;
    const block = rows.blockOf(row);
    const index = rows.indexOf(row);
    block.ends.setFlow(index, flow, message.direction === 0, communityIds);
    block.streams[index] = flow.stream;
    block.packets[index] = packet.number;
    block.transports[index] = TRANSPORTS.indexOf(transport);
    block.serverNames[index] = hello.serverName;
    block.offers[index] = hello.offer;
    return row;
  };

  const takeAnswer = (row: number, message: Message): void => {
    const block = rows.blockOf(row);
    const index = rows.indexOf(row);
    if (helloTypeOf(message) === ENCRYPTED_EXTENSIONS) choose(block, index, message);
    else answer(block, index, message);
    if (block.versions[index] !== null) rows.setWaits(row, false);
  };

  const ingest = (packet: Packet): void => {
    for (let index = 0; index < packet.messageCount; index++) {
      const message = packet.messages[index]!;
      const { protocol, flow } = message;
      if ((protocol !== tls.id && protocol !== quic.id && protocol !== dtls.id) || flow === null) continue;
      // of QUIC the flow does not tell the connection
      const connection = message.detail instanceof ConnectionHello ? message.detail.connection : null;
      if (helloTypeOf(message) === CLIENT_HELLO) {
        const row = takeHello(packet, message, flow);
        if (row === null) continue;
        if (connection === null) open.set(flow, row);
        else if (row === DROPPED) ofConnection.delete(connection);
        else ofConnection.set(connection, row);
      } else {
        const row = connection === null ? open.get(flow) : ofConnection.get(connection);
        if (row !== undefined && !rows.isGone(row)) takeAnswer(row, message);
      }
    }
  };
  return messageStatistic(tlsSession, rows, line, ingest);
}

/** How JA4 writes what carries a hello. */
const LETTERS = { tcp: 't', quic: 'q', dtls: 'd' } as const satisfies Record<string, HelloTransport>;

function answer({ versions, ciphers, alpns, offers }: TlsRowBlock, index: number, message: Message): void {
  const hello = readServerHello(message.bytes, message.start, message.end);
  if (hello === null) return;
  const version = hello.versions[0] ?? hello.legacyVersion;
  versions[index] = tlsVersionName(version);
  ciphers[index] = cipherName(hello.ciphers[0]!);
  const encrypted = version === TLS_1_3 || version === 0xfefc;
  const offered = offers[index]!.alpn;
  alpns[index] = hello.alpn[0] ?? (encrypted && offered.length > 0 ? offered.join(',') : null);
}

/** With keys the server's choice is known, in place of all that was offered. */
function choose({ alpns }: TlsRowBlock, index: number, { bytes, start, end }: Message): void {
  alpns[index] = readAlpnChoice(bytes, start, end);
}
