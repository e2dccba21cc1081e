import { formatTimestamp, secondsBetween } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { type QuicPathRow, type QuicSessionRow, quicPath, quicSession } from '../record/tables/quic-session.ts';
import { quicVersion } from '../wire/app/quic/quic-version.ts';
import { ConnectionHello, helloTypeOf } from '../wire/app/tls/hello-message.ts';
import { readClientHello } from '../wire/app/tls/tls-hello.ts';
import { CLIENT_HELLO } from '../wire/app/tls/tls-record.ts';
import { addressA, addressB } from '../wire/flow-text.ts';
import type { Packet } from '../wire/packet.ts';
import { QuicLedger } from './quic-ledger.ts';
import type { QuicLedgerSession, QuicOuterPath } from './quic-ledger-session.ts';
import type { OpenStatistic } from './statistic.ts';

/** QUIC connections, and the outer flows of each. */
export function openQuic(): OpenStatistic {
  const ledger = new QuicLedger();
  return {
    ingest(packet: Packet): void {
      const session = ledger.take(packet);
      if (session !== null && session.serverName === null && packet.messageCount > 0) takeName(packet, session);
    },
    sections: () => {
      const sessions = ledger.sessions();
      return [section(quicSession, sessions.map(sessionRow)), section(quicPath, pathRows(sessions))];
    },
    losses: () =>
      ledger.dropped === 0
        ? []
        : [
            {
              what: 'quic_session record',
              count: ledger.dropped,
              fate: 'left out',
              reason: 'there were too many at once',
            },
          ],
  };
}

function takeName(packet: Packet, session: QuicLedgerSession): void {
  for (let index = 0; index < packet.messageCount; index++) {
    const message = packet.messages[index]!;
    if (!(message.detail instanceof ConnectionHello) || helloTypeOf(message) !== CLIENT_HELLO) continue;
    session.serverName = readClientHello(message.bytes, message.start, message.end, false)?.serverName ?? null;
  }
}

function sessionRow(session: QuicLedgerSession): QuicSessionRow {
  const { number, serverName, versions, isAnswered, paths, morePaths, sum, clientId, ids } = session;
  const { firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds } = sum;
  const duration = secondsBetween(firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds);
  return {
    session: number,
    ...endsOf(paths[0]!),
    server_name: serverName,
    versions: versions.map(versionName),
    answered: isAnswered ? 'yes' : 'no',
    paths: paths.length + morePaths,
    ...countsOf(sum),
    ...timesOf(sum),
    duration_s: Number.isNaN(duration) ? null : duration,
    client_id: hexOf(clientId),
    server_id: isAnswered ? hexOf(ids[1].at(-1) ?? '') : null,
  };
}

function* pathRows(sessions: readonly QuicLedgerSession[]): Iterable<QuicPathRow> {
  for (const { number, paths, sum } of sessions) {
    const whole = sum.clientBytes + sum.serverBytes;
    for (const [index, path] of paths.entries()) {
      const share = (100 * (path.clientBytes + path.serverBytes)) / whole;
      yield {
        session: number,
        path: index + 1,
        change: path.change,
        stream: path.flow.stream,
        ...endsOf(path),
        ...countsOf(path),
        share_pct: whole === 0 ? null : Math.round(share * 100) / 100,
        ...timesOf(path),
      };
    }
  }
}

function endsOf({ flow, client }: QuicOuterPath) {
  const ofA = { addr: addressA(flow), port: flow.aPort };
  const ofB = { addr: addressB(flow), port: flow.bPort };
  const [one, other] = client === 0 ? [ofA, ofB] : [ofB, ofA];
  return { client_addr: one.addr, client_port: one.port, server_addr: other.addr, server_port: other.port };
}

const countsOf = ({ clientPackets, clientBytes, serverPackets, serverBytes }: QuicOuterPath) => ({
  client_packets: clientPackets,
  client_bytes: clientBytes,
  server_packets: serverPackets,
  server_bytes: serverBytes,
});

const timesOf = ({ firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds }: QuicOuterPath) => ({
  first: formatTimestamp(firstSeconds, firstNanoseconds),
  last: formatTimestamp(lastSeconds, lastNanoseconds),
});

const versionName = (number: number): string =>
  quicVersion(number)?.name ?? `0x${number.toString(16).padStart(8, '0')}`;

const hexOf = (id: string): string => Buffer.from(id, 'latin1').toString('hex');
