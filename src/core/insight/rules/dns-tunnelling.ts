import type { DnsQueryRow } from '../../record/tables/dns-query.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { entropyOf } from '../entropy.ts';
import { evidence, MOST_EVIDENCE } from '../evidence.ts';
import { isOfServer, shownName } from '../name-wording.ts';
import { secondsOf } from '../record-seconds.ts';
import { isOfAddress, isOfService, registrableName, subNameOf } from '../registrable-name.ts';
import { rule, threshold } from '../rule.ts';

/** Domains that are told apart, and different names below each. */
const MOST_DOMAINS = 500;
const MOST_NAMES = 200;
/** Types of records whose contents the owner of the domain may choose freely. */
const CARRIERS: ReadonlySet<string> = new Set(['TXT', 'NULL', 'CNAME', 'MX', 'SRV', 'KEY', 'DNSKEY', 'PRIVATE']);
/**
 * Zones that no customer runs a server for, so that nobody has a tunnel below them, with long generated names; and services
 * that are asked in names: of files, of senders.
 */
const KNOWN_ZONES: ReadonlySet<string> = new Set([
  ...['amazonaws.com', 'cloudfront.net', 'akamai.net', 'akamaiedge.net', 'akadns.net', 'edgekey.net', 'fastly.net'],
  ...['azure.com', 'azureedge.net', 'windows.net', 'trafficmanager.net', 'azurewebsites.net', 'office.com'],
  ...['footprintdns.com', 'googlevideo.com', 'googleusercontent.com', 'gvt1.com', 'gstatic.com', 'googleapis.com'],
  ...['fbcdn.net', 'icloud.com', 'aaplimg.com', 'cloudflare.net', 'nflxvideo.net', 'mcafee.com', 'sophosxl.net'],
  ...['spamhaus.org', 'surbl.org', 'uribl.com', 'barracudacentral.org', 'senderbase.org', 'e5.sk', 'cymru.com'],
]);

class Domain {
  queries = 0;
  carriers = 0;
  answers = 0;
  answerCharacters = 0;
  readonly names = new Set<string>();
  characters = 0;
  bits = 0;
  client: string;
  hasMoreClients = false;
  firstSeconds: number;
  lastSeconds: number;
  readonly since: string | null;
  readonly shown: string[] = [];

  constructor(row: DnsQueryRow, seconds: number) {
    this.client = row.client;
    this.since = row.time;
    this.firstSeconds = seconds;
    this.lastSeconds = seconds;
  }
}

/** Looks for data that is carried in DNS names and answers. */
export const dnsTunnelling = rule({
  name: 'dns_tunnelling',
  severity: 'warn',
  about: 'names of one domain look as if they carried data',
  explanation:
    'Counts, below each name that somebody registered, the different sub-names that were asked for. Many of them, long and with letters as random as encoded data, at a high rate: data goes out in the questions. Or many of them for TXT, NULL, CNAME and the like, with long answers: data comes in. Where a registered name begins is taken from a short list of suffixes such as co.uk. Reverse lookups, lists of addresses, names of services (_ldap._tcp), mDNS and a list of content networks and reputation services are left out. Telemetry that puts an identifier into each name can look the same; a slow tunnel, and one in DNS over HTTPS, is not seen.',
  advice: 'Find out who owns the domain and which process asks; block the domain at the resolver if nobody knows it.',
  thresholds: {
    names: threshold(30, 'Different sub-names of a domain; no more than 200 are told apart.'),
    length: threshold(30, 'Their mean length in characters, dots left out.'),
    entropy_bits: threshold(3.2, 'Mean entropy of their characters, in bits for each.'),
    rate: threshold(10, 'Questions a minute.'),
    answer_length: threshold(
      100,
      'Mean length of the answers, in characters, when most questions are for TXT or the like.',
    ),
  },
  open({ names, length, entropy_bits, rate, answer_length }, shared) {
    const domains = new AgedMap<string, Domain>(MOST_DOMAINS);
    return {
      dns_query(row) {
        const { name } = row;
        if (name === null || !isOfServer(row) || isOfAddress(name) || isOfService(name)) return;
        const registrable = registrableName(name);
        const sub = subNameOf(name, registrable).toLowerCase();
        if (sub === '' || KNOWN_ZONES.has(registrable)) return;
        let domain = domains.get(registrable);
        const seconds = secondsOf(row.time);
        if (domain === undefined || shared.isOver(domain.lastSeconds, seconds)) {
          domain = new Domain(row, seconds);
          domains.add(registrable, domain);
        }
        take(domain, row, sub);
      },
      *findings(at) {
        for (const [name, domain] of domains) {
          if (shared.isOver(domain.lastSeconds, at)) continue;
          const count = domain.names.size;
          if (count < Math.max(1, names)) continue;
          const minutes = Math.max(1 / 60, (domain.lastSeconds - domain.firstSeconds) / 60 || 0);
          const perMinute = domain.queries / minutes;
          if (perMinute < rate) continue;
          const mean = domain.characters / count;
          const entropy = domain.bits / count;
          const answer = domain.answers === 0 ? 0 : domain.answerCharacters / domain.answers;
          const areCarriers = 2 * domain.carriers > domain.queries;
          const goesOut = mean >= length && entropy >= entropy_bits;
          const comesIn = areCarriers && answer >= answer_length;
          if (!goesOut && !comesIn) continue;
          const who = domain.hasMoreClients ? `${domain.client} and others` : domain.client;
          yield {
            subject: name,
            summary: `${who} asked for ${count}${count === MOST_NAMES ? ' or more' : ''} names below ${shownName(name)}, ${Math.round(mean)} characters of ${entropy.toFixed(1)} bits each, ${domain.carriers} of ${domain.queries} for TXT or the like`,
            confidence: areCarriers && goesOut ? 'high' : goesOut && mean < 2 * length ? 'low' : 'medium',
            evidence: domain.shown,
            since: domain.since,
          };
        }
      },
    };
  },
});

function take(domain: Domain, row: DnsQueryRow, sub: string): void {
  const seconds = secondsOf(row.time);
  domain.queries++;
  if (row.client !== domain.client) domain.hasMoreClients = true;
  if (seconds > domain.lastSeconds) domain.lastSeconds = seconds;
  if (seconds < domain.firstSeconds) domain.firstSeconds = seconds;
  if (row.qtype !== null && CARRIERS.has(row.qtype)) domain.carriers++;
  if (row.rcode !== null) {
    domain.answers++;
    for (const answer of row.answers) domain.answerCharacters += answer.length;
  }
  if (domain.names.size >= MOST_NAMES || domain.names.has(sub)) return;
  domain.names.add(sub);
  const characters = sub.replaceAll('.', '');
  domain.characters += characters.length;
  domain.bits += entropyOf(characters);
  if (domain.shown.length === MOST_EVIDENCE) return;
  const { packet, client, name, qtype } = row;
  domain.shown.push(evidence('dns_query', { packet, client, name, qtype }));
}
