import { formatTimestamp } from '../../capture/timestamp.ts';
import { endpointText } from '../../net/endpoint-text.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { ftp } from '../../wire/app/ftp.ts';
import { http } from '../../wire/app/http/http.ts';
import { imap } from '../../wire/app/imap.ts';
import { ldap } from '../../wire/app/ldap.ts';
import { pop, smtp } from '../../wire/app/mail.ts';
import { mqtt } from '../../wire/app/mqtt.ts';
import { pgsql } from '../../wire/app/pgsql.ts';
import { resp } from '../../wire/app/resp.ts';
import { snmp } from '../../wire/app/snmp.ts';
import { tls } from '../../wire/app/tls/tls.ts';
import { ByFlow } from '../../wire/by-flow.ts';
import { destinationOf, sourceOf } from '../../wire/flow-text.ts';
import type { Packet } from '../../wire/packet.ts';
import { ldapLogin, mqttLogin, postgresLogin, redisLogin, snmpLogin } from '../credentials/binary-logins.ts';
import type { LoginKind, LoginReader, LoginState } from '../credentials/clear-text-login.ts';
import { hasPasswordField, readHeader } from '../credentials/http-logins.ts';
import { telnetLogin } from '../credentials/telnet-login.ts';
import { ftpLogin, imapLogin, popLogin, smtpLogin } from '../credentials/text-logins.ts';
import { evidence, MOST_EVIDENCE } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

/** Servers, each with one kind of login, that are told apart, and clients of each. */
const MOST_SERVERS = 1000;
const MOST_CLIENTS = 100;
const TELNET = 23;
const TCP = 6;

interface Server {
  readonly kind: LoginKind;
  readonly endpoint: string;
  readonly clients: Set<string>;
  logins: number;
  readonly since: string | null;
  /** Of the last login, in seconds since 1970. */
  lastSeconds: number;
  readonly shown: string[];
}

const READERS: ReadonlyMap<number, LoginReader> = new Map([
  [ftp.id, ftpLogin],
  [pop.id, popLogin],
  [smtp.id, smtpLogin],
  [imap.id, imapLogin],
  [ldap.id, ldapLogin],
  [snmp.id, snmpLogin],
  [mqtt.id, mqttLogin],
  [resp.id, redisLogin],
  [pgsql.id, postgresLogin],
]);

/** By protocol: 0 for those without a login that is looked for. */
const IS_READ = new Uint8Array(256);
for (const id of READERS.keys()) IS_READ[id] = 1;

interface State extends LoginState {
  /** Where the last login of the flow went. */
  server: Server | null;
}

/** Looks for passwords that everybody on the path can read. */
export const clearTextCredentials = rule({
  name: 'clear_text_credentials',
  severity: 'warn',
  about: 'a password goes over the network in clear text',
  explanation:
    'Looks into the messages of HTTP (Basic, and forms with a field named like password), FTP, POP3, IMAP, SMTP (PLAIN and LOGIN), Telnet (what is typed after Password:), LDAP simple bind, MQTT CONNECT, Redis AUTH, PostgreSQL and SNMP v1 and v2c (a note: the community) for a login, whether or not it succeeds. Neither the password nor the user is kept or shown. Anonymous FTP is no finding, nor is what was found inside TLS, or within one machine (loopback). Where the capture was taken inside of a VPN, others may not be able to read what it shows. Other protocols, and a field of a form that does not lie in the last segment of it, are not seen.',
  advice: 'Use the encrypted form of the service (HTTPS, FTPS, STARTTLS, LDAPS, SSH, SNMPv3), and change the password.',
  thresholds: {
    logins: threshold(1, 'Least number of logins at one server.'),
  },
  open({ logins }, shared) {
    const servers = new AgedMap<string, Server>(MOST_SERVERS);
    const states = new ByFlow<State>((flow) => flow.isOver);

    const stateOf = (packet: Packet): State => {
      const { flow } = packet;
      const known = flow === null ? undefined : states.get(flow);
      if (known !== undefined) return known;
      const state: State = { secretFollows: false, isAnonymous: false, server: null };
      if (flow !== null) states.set(flow, state);
      return state;
    };

    const note = (kind: LoginKind, packet: Packet, state: State): void => {
      if (state.server?.kind !== kind) {
        state.server = serverOf(kind, packet);
        if (state.server === null) return;
      }
      const { server } = state;
      server.logins++;
      server.lastSeconds = packet.seconds;
      if (server.shown.length === MOST_EVIDENCE) return;
      const client = sourceOf(packet);
      server.shown.push(evidence('packet', { number: packet.number, protocol: kind, client, server: server.endpoint }));
    };

    const serverOf = (kind: LoginKind, packet: Packet): Server | null => {
      const client = sourceOf(packet);
      const server = destinationOf(packet);
      if (client === null || server === null || client === server) return null;
      if (server === '::1' || server.startsWith('127.')) return null;
      const endpoint = endpointText(server, packet.dstPort);
      const key = `${kind} ${endpoint}`;
      let known = servers.get(key);
      if (known === undefined) {
        const since = formatTimestamp(packet.seconds, packet.nanoseconds);
        known = { kind, endpoint, clients: new Set(), logins: 0, since, lastSeconds: packet.seconds, shown: [] };
        servers.add(key, known);
      }
      if (known.clients.size < MOST_CLIENTS) known.clients.add(client);
      return known;
    };

    const readHttp = (packet: Packet): void => {
      for (let index = 0; index < packet.messageCount; index++) {
        const message = packet.messages[index]!;
        if (message.protocol !== http.id || message.direction !== packet.direction) continue;
        const { bytes, start, end } = message;
        // an answer begins with HTTP/
        if (bytes[start] === 0x48 && bytes[start + 4] === 0x2f) continue;
        const found = readHeader(bytes, start, end);
        if (found === null || packet.has(tls.id)) continue;
        if (found === 'basic') note('HTTP Basic', packet, stateOf(packet));
        else if (hasPassword(packet, bytes, end)) note('HTTP form', packet, stateOf(packet));
      }
    };

    return {
      packet(packet) {
        if (packet.messageCount > 0) readHttp(packet);
        const { layerCount, layerProtocol } = packet;
        for (let layer = 0; layer < layerCount; layer++) {
          if (IS_READ[layerProtocol[layer]!] === 0 || packet.layerQuoted[layer] === 1) continue;
          if (packet.has(tls.id)) return;
          const bytes = packet.layerBytes[layer]!;
          const read = READERS.get(layerProtocol[layer]!)!;
          const state = stateOf(packet);
          const kind = read(bytes, packet.layerStart[layer]!, packet.layerEnd[layer]!, packet, state);
          if (kind !== null) note(kind, packet, state);
        }
        if (packet.transport === TCP && (packet.dstPort === TELNET || packet.srcPort === TELNET)) {
          const { payloadBytes, payloadStart, payloadEnd } = packet;
          if (payloadEnd === payloadStart) return;
          const state = stateOf(packet);
          const kind = telnetLogin(payloadBytes, payloadStart, payloadEnd, packet, state);
          if (kind !== null) note(kind, packet, state);
        }
      },
      *findings(at) {
        for (const [, { kind, endpoint, clients, logins: count, since, lastSeconds, shown }] of servers) {
          if (count < Math.max(1, logins) || shared.isOver(lastSeconds, at)) continue;
          const [first] = clients;
          const who = clients.size === 1 ? first : `${clients.size} clients`;
          const isNote = kind === 'SNMP community';
          yield {
            subject: `${kind} ${endpoint}`,
            summary: isNote
              ? `${who} sent ${count} ${count === 1 ? 'message' : 'messages'} with an SNMP community in clear text to ${endpoint}`
              : `${who} sent a password in clear text to ${endpoint} (${kind}, ${count} ${count === 1 ? 'time' : 'times'})`,
            confidence: 'high',
            evidence: shown,
            since,
            ...(isNote ? { severity: 'note', advice: 'Use SNMPv3 with encryption where the devices can.' } : {}),
          };
        }
      },
    };
  },
});

/** Whether the form behind a header, which ends at `body`, has a password: it follows there, or is this segment. */
function hasPassword(packet: Packet, bytes: Uint8Array, body: number): boolean {
  for (let layer = packet.layerCount - 1; layer >= 0; layer--) {
    if (packet.layerProtocol[layer] !== http.id || packet.layerBytes[layer] !== bytes) continue;
    if (packet.layerStart[layer]! >= body) continue;
    if (packet.layerEnd[layer]! > body) return hasPasswordField(bytes, body, packet.layerEnd[layer]!);
    break;
  }
  return hasPasswordField(packet.payloadBytes, packet.payloadStart, packet.payloadEnd);
}
