import { type IpAddress, parseIp } from './ip-address.ts';
import { holds, type IpPrefix, parsePrefix } from './ip-prefix.ts';

/** What an address is for; `global` are those that a host in the Internet may have. */
export const SCOPES = [
  'global',
  'private',
  'shared',
  'loopback',
  'link_local',
  'documentation',
  'benchmarking',
  'multicast',
  'broadcast',
  'unspecified',
  'translation',
  'discard',
  'protocol',
  'reserved',
] as const;

export type Scope = (typeof SCOPES)[number];

/** A block that IANA set aside, as its registry names it. */
export interface SpecialBlock {
  readonly scope: Scope;
  readonly prefix: string;
  readonly name: string;
  /** The document that says so: `RFC 1918`. */
  readonly rfc: string;
}

/**
 * IANA's registries of special-purpose addresses (RFC 6890, RFC 8190), and the blocks that its lists of the address spaces give to
 * multicast or to nobody. `global` are those that the registry calls globally reachable and that stand for a service. IPv4-mapped
 * addresses (::ffff:0:0/96) are not here: each counts as the address of IPv4 that it stands for.
 */
const BLOCKS: readonly SpecialBlock[] = [
  block('unspecified', '0.0.0.0/32', 'This host on this network', 1122),
  block('reserved', '0.0.0.0/8', 'This network', 791),
  block('private', '10.0.0.0/8', 'Private-Use', 1918),
  block('shared', '100.64.0.0/10', 'Shared Address Space', 6598),
  block('loopback', '127.0.0.0/8', 'Loopback', 1122),
  block('link_local', '169.254.0.0/16', 'Link Local', 3927),
  block('private', '172.16.0.0/12', 'Private-Use', 1918),
  block('protocol', '192.0.0.0/24', 'IETF Protocol Assignments', 6890),
  block('protocol', '192.0.0.0/29', 'IPv4 Service Continuity Prefix', 7335),
  block('protocol', '192.0.0.8/32', 'IPv4 dummy address', 7600),
  block('global', '192.0.0.9/32', 'Port Control Protocol Anycast', 7723),
  block('global', '192.0.0.10/32', 'Traversal Using Relays around NAT Anycast', 8155),
  block('protocol', '192.0.0.170/31', 'NAT64/DNS64 Discovery', 8880),
  block('documentation', '192.0.2.0/24', 'Documentation (TEST-NET-1)', 5737),
  block('global', '192.31.196.0/24', 'AS112-v4', 7535),
  block('global', '192.52.193.0/24', 'AMT', 7450),
  block('translation', '192.88.99.0/24', 'Deprecated (6to4 Relay Anycast)', 7526),
  block('translation', '192.88.99.2/32', '6a44-relay anycast address', 6751),
  block('private', '192.168.0.0/16', 'Private-Use', 1918),
  block('global', '192.175.48.0/24', 'Direct Delegation AS112 Service', 7534),
  block('benchmarking', '198.18.0.0/15', 'Benchmarking', 2544),
  block('documentation', '198.51.100.0/24', 'Documentation (TEST-NET-2)', 5737),
  block('documentation', '203.0.113.0/24', 'Documentation (TEST-NET-3)', 5737),
  block('multicast', '224.0.0.0/4', 'Multicast', 5771),
  block('reserved', '240.0.0.0/4', 'Reserved', 1112),
  block('broadcast', '255.255.255.255/32', 'Limited Broadcast', 919),

  block('unspecified', '::/128', 'Unspecified Address', 4291),
  block('loopback', '::1/128', 'Loopback Address', 4291),
  block('translation', '64:ff9b::/96', 'IPv4-IPv6 Translat.', 6052),
  block('translation', '64:ff9b:1::/48', 'IPv4-IPv6 Translat.', 8215),
  block('discard', '100::/64', 'Discard-Only Address Block', 6666),
  block('discard', '100:0:0:1::/64', 'Dummy IPv6 Prefix', 9780),
  block('protocol', '2001::/23', 'IETF Protocol Assignments', 2928),
  block('translation', '2001::/32', 'TEREDO', 4380),
  block('global', '2001:1::1/128', 'Port Control Protocol Anycast', 7723),
  block('global', '2001:1::2/128', 'Traversal Using Relays around NAT Anycast', 8155),
  block('global', '2001:1::3/128', 'DNS-SD Service Registration Protocol Anycast', 9665),
  block('benchmarking', '2001:2::/48', 'Benchmarking', 5180),
  block('global', '2001:3::/32', 'AMT', 7450),
  block('global', '2001:4:112::/48', 'AS112-v6', 7535),
  block('protocol', '2001:10::/28', 'Deprecated (previously ORCHID)', 4843),
  block('protocol', '2001:20::/28', 'ORCHIDv2', 7343),
  block('protocol', '2001:30::/28', 'Drone Remote ID Protocol Entity Tags (DETs) Prefix', 9374),
  block('documentation', '2001:db8::/32', 'Documentation', 3849),
  block('translation', '2002::/16', '6to4', 3056),
  block('global', '2620:4f:8000::/48', 'Direct Delegation AS112 Service', 7534),
  block('documentation', '3fff::/20', 'Documentation', 9637),
  block('protocol', '5f00::/16', 'Segment Routing (SRv6) SIDs', 9602),
  block('private', 'fc00::/7', 'Unique-Local', 4193),
  block('link_local', 'fe80::/10', 'Link-Local Unicast', 4291),
  block('multicast', 'ff00::/8', 'Multicast', 4291),
  block('reserved', '::/0', 'Not part of the Global Unicast space', 4291),
];

/** What IANA gives to networks of IPv6; all else is reserved. */
const GLOBAL_UNICAST = parsePrefix('2000::/3')!;

/** IPv4-mapped addresses. Written as bytes: `parsePrefix` reads the block as the IPv4 block that it stands for. */
export const MAPPED: IpPrefix = {
  family: 'ipv6',
  bytes: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0),
  length: 96,
};

interface Parsed extends SpecialBlock {
  readonly of: IpPrefix;
}

/** Parsed when they are first needed; the narrowest is first. */
let parsed: readonly Parsed[] | null = null;

function blocks(): readonly Parsed[] {
  parsed ??= BLOCKS.map((one) => ({ ...one, of: parsePrefix(one.prefix)! })).sort((a, b) => b.of.length - a.of.length);
  return parsed;
}

function block(scope: Scope, prefix: string, name: string, rfc: number): SpecialBlock {
  return { scope, prefix, name, rfc: `RFC ${rfc}` };
}

/** The narrowest special-purpose block that holds the address; null for one of the ordinary public space. */
export function specialBlockOf(address: IpAddress): SpecialBlock | null {
  return specialBlockAround(blockOf(address));
}

/** The same for a block of addresses: the narrowest that holds all of it. An IPv4-mapped address is one of IPv4. */
export function specialBlockAround(prefix: IpPrefix): SpecialBlock | null {
  const asked = folded(prefix);
  const isUnicast = holds(GLOBAL_UNICAST, asked);
  const found = blocks().find(({ of }) => holds(of, asked) && !(isUnicast && of.length === 0)) ?? null;
  // a block that is wider than what is reserved holds ordinary addresses too
  return found?.prefix === '::/0' && holds(asked, GLOBAL_UNICAST) ? null : found;
}

/** Whether others may be asked about all of a block: no address in it is special. */
export function isGlobal(prefix: IpPrefix): boolean {
  const asked = folded(prefix);
  const around = specialBlockAround(asked);
  if (around !== null) return around.scope === 'global';
  return !blocks().some(({ scope, of }) => scope !== 'global' && of.length > 0 && holds(asked, of));
}

/** The same for one address as text; false for what is none. */
export function isGlobalAddress(text: string): boolean {
  const address = parseIp(text);
  return address !== null && isGlobalIp(address);
}

const UNKNOWN = 0;
const GLOBAL = 1;
const SPECIAL = 2;
const BOTH = 3;
const STARTS = 0x10000;
const starts: Readonly<Record<IpAddress['family'], Uint8Array>> = {
  ipv4: new Uint8Array(STARTS),
  ipv6: new Uint8Array(STARTS),
};

/**
 * The same for one address. Its first 16 bits decide for most, which are looked at once: to look at all blocks takes 6 µs, and a
 * capture may have an address a record.
 */
export function isGlobalIp(address: IpAddress): boolean {
  const { family, bytes } = address;
  const start = (bytes[0]! << 8) | bytes[1]!;
  const known = starts[family];
  if (known[start] === UNKNOWN) known[start] = kindOfStart(address);
  return known[start] === BOTH ? isGlobal(blockOf(address)) : known[start] === GLOBAL;
}

/** What addresses with the same first 16 bits are. */
function kindOfStart({ family, bytes }: IpAddress): number {
  const all: IpPrefix = { family, bytes: bytes.map((byte, index) => (index < 2 ? byte : 0)), length: 16 };
  if (holds(all, MAPPED)) return BOTH; // of those, each counts as one of IPv4
  if (isGlobal(all)) return GLOBAL;
  const around = specialBlockAround(all)?.scope ?? 'global';
  const hasGlobal = around === 'global' || blocks().some(({ scope, of }) => scope === 'global' && holds(all, of));
  return hasGlobal ? BOTH : SPECIAL;
}

/** The block of one address. */
const blockOf = (address: IpAddress): IpPrefix => ({ ...address, length: address.bytes.length * 8 });

/** A block of IPv4-mapped addresses as the block of IPv4 that it stands for; any other as it is. */
function folded(prefix: IpPrefix): IpPrefix {
  if (!holds(MAPPED, prefix)) return prefix;
  return { family: 'ipv4', bytes: prefix.bytes.slice(12), length: prefix.length - 96 };
}
