import { captureSummary } from '../record/tables/capture-summary.ts';
import { conversation } from '../record/tables/conversation.ts';
import { dnsQuery } from '../record/tables/dns-query.ts';
import { endpoint } from '../record/tables/endpoint.ts';
import { expert } from '../record/tables/expert.ts';
import { handshake, handshakeHistogram } from '../record/tables/handshake.ts';
import { httpRequest } from '../record/tables/http-request.ts';
import { packetLengths } from '../record/tables/packet-lengths.ts';
import { portCount } from '../record/tables/port-count.ts';
import { processTraffic } from '../record/tables/process-traffic.ts';
import { protocol } from '../record/tables/protocol.ts';
import { quicPath, quicSession } from '../record/tables/quic-session.ts';
import { timeBucket } from '../record/tables/time-bucket.ts';
import { tlsSession } from '../record/tables/tls-session.ts';
import { tunnelFlow } from '../record/tables/tunnel-flow.ts';
import type { Reading, Statistic } from './statistic.ts';

/** Width of a bucket of `time`, in milliseconds, where nobody asked for another. */
export const BUCKET_MS = 1000;

/** The values of `stats --by`. A new one is a file beside this, a line here, and its opener in all.ts. */
export const STATISTICS = {
  protocols: { about: 'the protocol hierarchy', tables: [protocol], reads: [] },
  summary: { about: 'the capture as a whole', tables: [captureSummary], reads: [] },
  conversations: {
    about: 'pairs of endpoints, with packets and bytes each way',
    tables: [conversation],
    reads: ['flows'],
  },
  endpoints: { about: 'addresses, with what they sent and received', tables: [endpoint], reads: [] },
  processes: {
    about: 'processes: those that hold the sockets when live, or those that the capture names',
    tables: [processTraffic],
    reads: ['flow of each packet'],
  },
  ports: { about: 'TCP, UDP and SCTP ports of servers', tables: [portCount], reads: ['flows'] },
  dns: { about: 'DNS queries with their answers', tables: [dnsQuery], reads: [] },
  http: { about: 'HTTP requests with their responses', tables: [httpRequest], reads: [] },
  tls: { about: 'TLS, DTLS and QUIC sessions', tables: [tlsSession], reads: [] },
  quic: {
    about:
      'QUIC connections, with the outer flows that carried each; of a client that moved on purpose, the later ones only with --keylog',
    tables: [quicSession, quicPath],
    reads: [],
  },
  tunnels: {
    about: 'flows inside tunnels, each with its outer flow',
    tables: [tunnelFlow],
    reads: ['flow of each packet'],
  },
  handshakes: { about: 'how long TCP handshakes took', tables: [handshake, handshakeHistogram], reads: ['flows'] },
  expert: { about: 'what is worth looking at, by severity', tables: [expert], reads: ['analysis'] },
  packet_lengths: { about: 'packets by their length', tables: [packetLengths], reads: [] },
  time: { about: 'packets and bytes over time', tables: [timeBucket], reads: [] },
} as const satisfies Readonly<Record<string, Statistic>>;

export type StatisticName = keyof typeof STATISTICS;

/** Whether one of them is made of this. */
export const anyReads = (names: readonly StatisticName[], what: Reading): boolean =>
  names.some((name) => (STATISTICS[name].reads as readonly Reading[]).includes(what));
