import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatIpv4 } from '../../net/ip-address.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { dhcp } from '../../wire/app/dhcp.ts';
import { i32, u32 } from '../../wire/bytes.ts';
import { formatMac } from '../../wire/mac-address.ts';
import type { Packet } from '../../wire/packet.ts';
import { evidence, MOST_EVIDENCE } from '../evidence.ts';
import { type Finding, rule, threshold } from '../rule.ts';
import type { Shared } from '../shared.ts';

// RFC 2131, 2; RFC 2132, 3.3, 3.5, 3.8, 9.6, 9.7.
const HEADER = 240;
const COOKIE = 0x63825363;
const MASK = 1;
const ROUTER = 3;
const NAME_SERVER = 6;
const REQUESTED = 50;
const TYPE = 53;
const SERVER = 54;
const OFFER = 2;
const DECLINE = 4;
const NAK = 6;
const MOST_OPTIONS = 128;

/** Clients whose offers are remembered, and servers of one. */
const MOST_CLIENTS = 4096;
const MOST_SERVERS = 4;
/** Offers later than this after the first answer another question, in seconds. */
const WAIT_S = 10;

/** What one server offered. */
interface Offer {
  readonly server: string;
  readonly network: number;
  readonly router: number;
  readonly nameServer: number;
  readonly address: number;
  readonly packet: number;
}

class Client {
  readonly mac: string;
  /** The request that the offers answer, and when the first of them came. */
  transaction = 0;
  firstAt = Number.NaN;
  offers: Offer[] = [];
  /** The offers that contradicted each other last, and those that agreed. */
  rivals: readonly Offer[] = [];
  isContradiction = false;
  rivalsSince: string | null = null;
  rivalsAt = Number.NaN;
  declines = 0;
  naks = 0;
  troubleSince: string | null = null;
  /** Of the last NAK or DHCPDECLINE, in seconds since 1970. */
  troubleAt = Number.NaN;
  shown: string[] = [];

  constructor(mac: string) {
    this.mac = mac;
  }
}

/** Looks for DHCP servers that contradict each other, and for addresses that are refused. */
export const dhcpConflict = rule({
  name: 'dhcp_conflict',
  severity: 'warn',
  about: 'DHCP servers contradict each other, or an address is refused',
  explanation:
    'Compares what different servers (option 54) offer in answer to the same request of one client: another network, router or DNS server is a contradiction, which a foreign server would make, such as a home router that was plugged in. Two servers that offer the same network are a note: many networks have two on purpose. A client that declines (DHCPDECLINE) found that another already uses the address. NAKs are normal once, for a client that comes from another network, and a sign of servers that do not know of each other when they repeat. Unicast answers are seen only in the place of the client or the server.',
  advice: 'Find the port of the server that does not belong there; DHCP snooping in the switch keeps such servers out.',
  thresholds: {
    naks: threshold(3, 'NAKs for one client.'),
    declines: threshold(1, 'Addresses that one client declined.'),
  },
  open({ naks, declines }, shared) {
    const clients = new AgedMap<string, Client>(MOST_CLIENTS);
    return {
      packet(packet, at) {
        const last = packet.layerCount - 1;
        if (last < 0 || packet.layerProtocol[last] !== dhcp.id || packet.layerQuoted[last] === 1) return;
        takeMessage(clients, packet, last, at, shared);
      },
      *findings(at) {
        const told = new Set<string>();
        for (const [, client] of clients) {
          const rivals = shared.isOver(client.rivalsAt, at) ? null : rivalsOf(client, told);
          if (rivals !== null) yield rivals;
          const { mac, declines: declined, naks: denied } = client;
          if (shared.isOver(client.troubleAt, at)) continue;
          const isDeclined = declined >= Math.max(1, declines);
          if (!isDeclined && denied < Math.max(1, naks)) continue;
          yield {
            subject: mac,
            summary: isDeclined
              ? `${mac} declined ${declined} ${declined === 1 ? 'address' : 'addresses'} that DHCP gave it: another host uses ${declined === 1 ? 'it' : 'them'}`
              : `DHCP servers refused ${denied} requests of ${mac} (NAK)`,
            confidence: isDeclined ? 'high' : 'medium',
            evidence: client.shown,
            since: client.troubleSince,
            advice: isDeclined
              ? 'Find the host that has the address, which may have been set by hand, and keep it out of the range of DHCP.'
              : 'Look into the logs of the servers: the client may keep an address of another network.',
          };
        }
      },
    };
  },
});

/** The finding about servers that answered one client, unless these were told of already. */
function rivalsOf({ rivals, isContradiction, rivalsSince, mac }: Client, told: Set<string>): Finding | null {
  if (rivals.length < 2) return null;
  const servers = rivals.map(({ server }) => server).sort();
  const subject = servers.join(' ');
  if (told.has(subject)) return null;
  told.add(subject);
  return {
    subject,
    summary: isContradiction
      ? `DHCP servers ${servers.join(' and ')} made ${mac} offers that contradict each other`
      : `${servers.length} DHCP servers answer: ${servers.join(' and ')}, with the same network`,
    severity: isContradiction ? 'warn' : 'note',
    confidence: isContradiction ? 'high' : 'low',
    evidence: rivals.map(({ server, router, nameServer, address, packet }) =>
      evidence('packet', {
        number: packet,
        server,
        offers: formatIpv4(address),
        router: formatIpv4(router),
        dns_server: formatIpv4(nameServer),
      }),
    ),
    since: rivalsSince,
    ...(isContradiction ? {} : { advice: 'Nothing, if there are two on purpose.' }),
  };
}

function takeMessage(
  clients: AgedMap<string, Client>,
  packet: Packet,
  layer: number,
  at: number,
  shared: Shared,
): void {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const end = packet.layerEnd[layer]!;
  if (end - start < HEADER || u32(bytes, start + 236) !== COOKIE) return;
  const type = option(bytes, start, end, TYPE);
  if (type < 0) return;
  const kind = bytes[type];
  if (kind !== OFFER && kind !== DECLINE && kind !== NAK) return;
  const mac = formatMac(bytes, start + 28);
  let client = clients.get(mac);
  if (client === undefined) {
    client = new Client(mac);
    clients.add(mac, client);
  }
  const serverAt = option(bytes, start, end, SERVER);
  const server = serverAt < 0 ? null : formatIpv4(i32(bytes, serverAt));
  const time = formatTimestamp(packet.seconds, packet.nanoseconds);
  if (kind === OFFER) {
    if (server !== null)
      takeOffer(client, offerOf(bytes, start, end, server, packet.number), u32(bytes, start + 4), at, time, shared);
    return;
  }
  if (shared.isOver(client.troubleAt, at)) forgetTrouble(client);
  client.troubleAt = at;
  if (kind === DECLINE) client.declines++;
  else client.naks++;
  client.troubleSince ??= time;
  if (client.shown.length === MOST_EVIDENCE) return;
  const requested = option(bytes, start, end, REQUESTED);
  const address = requested < 0 ? null : formatIpv4(i32(bytes, requested));
  const name = kind === DECLINE ? 'Decline' : 'NAK';
  client.shown.push(evidence('packet', { number: packet.number, type: name, client: mac, address, server }));
}

function forgetTrouble(client: Client): void {
  client.declines = 0;
  client.naks = 0;
  client.troubleSince = null;
  client.shown = [];
}

function offerOf(bytes: Uint8Array, start: number, end: number, server: string, packet: number): Offer {
  const addressIn = (code: number): number => {
    const found = option(bytes, start, end, code);
    return found < 0 ? 0 : i32(bytes, found);
  };
  const address = i32(bytes, start + 16);
  const network = address & addressIn(MASK);
  return { server, network, router: addressIn(ROUTER), nameServer: addressIn(NAME_SERVER), address, packet };
}

function takeOffer(
  client: Client,
  offer: Offer,
  transaction: number,
  at: number,
  time: string | null,
  shared: Shared,
): void {
  if (client.transaction !== transaction || at - client.firstAt > WAIT_S) {
    client.transaction = transaction;
    client.firstAt = at;
    client.offers = [];
  }
  const { offers } = client;
  if (offers.length >= MOST_SERVERS || offers.some(({ server }) => server === offer.server)) return;
  offers.push(offer);
  if (offers.length < 2) return;
  const [first] = offers;
  const contradicts = offers.some(
    ({ network, router, nameServer }) =>
      network !== first!.network || router !== first!.router || nameServer !== first!.nameServer,
  );
  if (client.isContradiction && !contradicts && !shared.isOver(client.rivalsAt, at)) return;
  client.isContradiction = contradicts;
  if (client.rivalsSince === null || shared.isOver(client.rivalsAt, at)) client.rivalsSince = time;
  client.rivals = offers;
  client.rivalsAt = at;
}

/** Where the value of an option begins that has at least a byte, of four for addresses; -1 when it is not there. */
function option(bytes: Uint8Array, start: number, end: number, code: number): number {
  let at = start + HEADER;
  for (let count = 0; at + 1 < end && bytes[at] !== 255 && count < MOST_OPTIONS; count++) {
    if (bytes[at] === 0) {
      at++;
      continue;
    }
    const length = bytes[at + 1]!;
    if (at + 2 + length > end) return -1;
    if (bytes[at] === code) return length >= (code === TYPE ? 1 : 4) ? at + 2 : -1;
    at += 2 + length;
  }
  return -1;
}
