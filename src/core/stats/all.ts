import { openConversations } from './conversations.ts';
import { openDns } from './dns.ts';
import { openEndpoints } from './endpoints.ts';
import { openExpert } from './expert.ts';
import { openHandshakes } from './handshakes.ts';
import { openHttp } from './http.ts';
import type { StatisticName } from './names.ts';
import { openPacketLengths } from './packet-lengths.ts';
import { openPorts } from './ports.ts';
import { openProcesses } from './processes.ts';
import { openProtocols } from './protocols.ts';
import { openQuic } from './quic.ts';
import type { OpenStatistic, StatisticOptions } from './statistic.ts';
import { openSummary } from './summary.ts';
import { openTime } from './time.ts';
import { openTls } from './tls.ts';
import { openTunnels } from './tunnels.ts';

/** How each statistic begins. Apart from their names, so that what is not asked for is not loaded. */
export const OPENERS: Readonly<Record<StatisticName, (options: StatisticOptions) => OpenStatistic>> = {
  protocols: openProtocols,
  summary: openSummary,
  conversations: openConversations,
  endpoints: openEndpoints,
  processes: openProcesses,
  ports: openPorts,
  dns: openDns,
  http: openHttp,
  tls: openTls,
  quic: openQuic,
  tunnels: openTunnels,
  handshakes: openHandshakes,
  expert: openExpert,
  packet_lengths: openPacketLengths,
  time: openTime,
};
