import { endpointText } from '../../net/endpoint-text.ts';
import type { TlsSessionRow } from '../../record/tables/tls-session.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { evidence, MOST_EVIDENCE } from '../evidence.ts';
import { secondsOf } from '../record-seconds.ts';
import { rule, threshold } from '../rule.ts';

/** Servers that are told apart. */
const MOST_SERVERS = 1000;
const OLD: readonly string[] = ['TLSv1.1', 'DTLSv1.0', 'TLSv1.0', 'SSLv3', 'SSLv2'];
const CURRENT = /^D?TLSv1\.[23]$/;
/** Cipher suites that protect nothing or too little (IANA, TLS Cipher Suites), by number; the rest by their names. */
const WEAK: readonly (readonly [readonly number[], RegExp, string])[] = [
  [
    [0, 1, 2, 0x2c, 0x2d, 0x2e, 0x3b, 0xb0, 0xb1, 0xb4, 0xb5, 0xb8, 0xb9, 0xc001, 0xc006, 0xc00b, 0xc010, 0xc015],
    /_NULL_/,
    'no encryption',
  ],
  [[3, 6, 8, 0x0b, 0x0e, 0x11, 0x14, 0x17, 0x19, 0x62, 0x63, 0x64, 0x65], /EXPORT/, 'an export cipher'],
  [
    [0x18, 0x1a, 0x1b, 0x34, 0x3a, 0x46, 0x6c, 0x6d, 0x89, 0xa6, 0xa7, 0xc016, 0xc017, 0xc018, 0xc019],
    /_anon_/i,
    'no authentication',
  ],
  [[4, 5, 0x66, 0x8a, 0x8e, 0x92, 0xc002, 0xc007, 0xc00c, 0xc011, 0xc033], /RC4/, 'RC4'],
  [
    [9, 0x0a, 0x0c, 0x0d, 0x0f, 0x10, 0x12, 0x13, 0x15, 0x16, 0x8b, 0x8f, 0x93, 0xc003, 0xc008, 0xc00d, 0xc012, 0xc034],
    /_3?DES_/,
    'DES or 3DES',
  ],
];

interface Server {
  readonly subject: string;
  sessions: number;
  /** The oldest version it chose, and the weakest cipher. */
  version: string | null;
  weakness: string | null;
  /** Whether a client would have taken a newer version. */
  offeredCurrent: boolean;
  readonly shown: string[];
  readonly since: string | null;
  /** Of the last such session, in seconds since 1970. */
  lastAt: number;
}

/** Looks for servers that agree to a version or a cipher of TLS that protects too little. */
export const oldTls = rule({
  name: 'old_tls',
  severity: 'warn',
  about: 'a server agrees to an old version or a weak cipher of TLS',
  explanation:
    'Reads what the server chose in its ServerHello: SSL, TLS 1.0, TLS 1.1 or DTLS 1.0 (RFC 8996 forbids them), or a cipher suite with NULL, EXPORT, RC4, DES or 3DES, or without authentication. What a client merely offers is no finding. Where the client offered nothing newer, it is at least as old as the server. SSL 2.0 is not seen, and nothing where the ServerHello was not captured. EAP, OpenVPN and others may use such suites inside of another encryption.',
  advice: 'Update the server, or forbid it the old versions and suites.',
  thresholds: {
    sessions: threshold(1, 'Least number of such sessions of one server.'),
  },
  open({ sessions }, shared) {
    const servers = new AgedMap<string, Server>(MOST_SERVERS);
    return {
      tls_session(row) {
        const weakness = weaknessOf(row.cipher);
        const isOld = row.version !== null && OLD.includes(row.version);
        if (!isOld && weakness === null) return;
        const subject = endpointText(row.server_addr, row.server_port);
        let server = servers.get(subject);
        if (server === undefined) {
          server = {
            subject,
            sessions: 0,
            version: null,
            weakness: null,
            offeredCurrent: false,
            shown: [],
            since: row.time,
            lastAt: Number.NaN,
          };
          servers.add(subject, server);
        }
        take(server, row, isOld ? row.version : null, weakness);
      },
      *findings(at) {
        for (const [, server] of servers) {
          if (server.sessions < Math.max(1, sessions) || shared.isOver(server.lastAt, at)) continue;
          const chose = [server.version, server.weakness].filter((one) => one !== null).join(' and ');
          const isOfClient = server.version !== null && !server.offeredCurrent;
          yield {
            subject: server.subject,
            summary: `Server ${server.subject} agreed to ${chose} in ${server.sessions} ${server.sessions === 1 ? 'session' : 'sessions'}${isOfClient ? '; the client offers nothing newer' : ''}`,
            confidence: 'high',
            evidence: server.shown,
            since: server.since,
            ...(isOfClient ? { advice: 'Update the client, then forbid the server the old versions.' } : {}),
          };
        }
      },
    };
  },
});

function take(server: Server, row: TlsSessionRow, version: string | null, weakness: string | null): void {
  server.sessions++;
  server.lastAt = secondsOf(row.time);
  if (version !== null && (server.version === null || OLD.indexOf(version) > OLD.indexOf(server.version))) {
    server.version = version;
  }
  server.weakness ??= weakness;
  if (version !== null && row.offered_versions.some((offered) => CURRENT.test(offered))) server.offeredCurrent = true;
  if (server.shown.length === MOST_EVIDENCE) return;
  const { packet, stream, client_addr, cipher } = row;
  server.shown.push(evidence('tls_session', { packet, stream, client_addr, version: row.version, cipher }));
}

function weaknessOf(cipher: string | null): string | null {
  if (cipher === null) return null;
  const number = cipher.startsWith('0x') ? Number(cipher) : Number.NaN;
  for (const [numbers, pattern, what] of WEAK) if (numbers.includes(number) || pattern.test(cipher)) return what;
  return null;
}
