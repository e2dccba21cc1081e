import fs from 'node:fs';
import { networkInterfaces } from 'node:os';
import { domainToASCII } from 'node:url';
import type { Target } from '../../core/health/target.ts';
import { foldMapped, formatIp, parseIp } from '../../core/net/ip-address.ts';
import type { Deadline } from './deadline.ts';
import { lookUp } from './look-up.ts';
import { hasNoRouteToNameServers, NO_SERVER_ANSWERS } from './name-servers.ts';

/** An address to ask, with its zone if it is link-local. */
export interface Resolved {
  readonly addr: string;
  /** Name of the interface after the %, or empty. */
  readonly zone: string;
  /** Index of that interface; 0 without one. */
  readonly zoneIndex: number;
}

/** The addresses of a host, at least one. */
export interface Addresses {
  /** In the order in which the system would try them; every one is there once. */
  readonly all: readonly [Resolved, ...Resolved[]];
  /** How long the name took; null for an address. */
  readonly millis: number | null;
}

/** Why a name has no address, in a few words. */
class Unresolved extends Error {}

/** A target that cannot be asked from here: that says nothing about it. */
export class CannotAsk extends Error {}

/** More addresses of a name than this are not asked. */
const MOST_ADDRESSES = 16;

/**
 * The addresses of a target's host, as the system resolves names (RFC 6724 orders them), within the time of a probe. Rejects
 * with Unresolved when there is none, or with CannotAsk when this machine is to blame.
 */
export function resolveHost({ host, family }: Pick<Target, 'host' | 'family'>, deadline: Deadline): Promise<Addresses> {
  return deadline.race(resolve(host, family, deadline), 'address', () => {});
}

async function resolve(host: string, family: Target['family'], deadline: Deadline): Promise<Addresses> {
  const [bare = '', zone = ''] = host.split('%', 2);
  const ip = parseIp(bare);
  if (ip !== null) return { all: [{ addr: formatIp(ip), ...zoneOf(zone) }], millis: null };
  const name = domainToASCII(host);
  if (name === '') throw new Unresolved(`${host} is no name`);
  const { clock } = deadline;
  const start = clock.monotonic();
  try {
    const found = await lookUp(name, family ?? 0, deadline);
    const millis = clock.monotonic() - start;
    const each = new Set(found.map(({ address }) => foldMapped(formatIp(parseIp(address)!))));
    const [first, ...more] = [...each].slice(0, MOST_ADDRESSES).map((addr) => ({ addr, zone: '', zoneIndex: 0 }));
    if (first === undefined) throw new Unresolved(`${host}: the name has no address`);
    return { all: [first, ...more], millis };
  } catch (error) {
    if (error instanceof Unresolved) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    const ours = OUR_REASONS[code];
    if (ours !== undefined) throw new CannotAsk(`${host}: ${ours}`);
    if (code === NO_SERVER_ANSWERS && (await hasNoRouteToNameServers()))
      throw new CannotAsk(`${host}: ${NO_ROUTE_TO_SERVERS}`);
    throw new Unresolved(`${host}: ${REASONS[code] ?? 'it cannot be resolved'}`);
  }
}

/** Why a name was not asked for. */
export const NO_ROUTE_TO_SERVERS = 'no route to a name server';

/** getaddrinfo(3). */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such name',
  ENODATA: 'the name has no address of this family',
  [NO_SERVER_ANSWERS]: 'no name server answers',
  EAI_NODATA: 'the name has no address of this family',
  EAI_ADDRFAMILY: 'the name has no address of this family',
};
const OUR_REASONS: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in the whole system',
  ENOMEM: 'not enough memory',
  EAI_MEMORY: 'not enough memory',
};

/** The interface that a zone names, or numbers. */
function zoneOf(zone: string): Pick<Resolved, 'zone' | 'zoneIndex'> {
  if (zone === '') return { zone: '', zoneIndex: 0 };
  const found = interfaceOf(zone);
  if (found === null) throw new CannotAsk(`no interface ${zone}`);
  return { zone: found.name, zoneIndex: found.index };
}

function interfaceOf(zone: string): { readonly name: string; readonly index: number } | null {
  const named = indexOf(zone);
  if (named !== null) return { name: zone, index: named };
  if (!/^[0-9]+$/.test(zone)) return null;
  const index = Number(zone);
  const name = namesOfInterfaces().find((one) => indexOf(one) === index);
  // sockets of node take names alone; what the system does not list is left to those that take a number
  return { name: name ?? zone, index };
}

/** The index of an interface, also of one that has no address or is down; null when there is no such interface. */
function indexOf(name: string): number | null {
  // an address of the link knows its zone; a global address has none
  const scopes = (networkInterfaces()[name] ?? []).map((one) => (one.family === 'IPv6' ? one.scopeid : 0));
  const scope = scopes.find((one) => one > 0);
  if (scope !== undefined) return scope;
  if (!/^[\w.-]+$/.test(name)) return null;
  try {
    return Number(fs.readFileSync(`${INTERFACES}/${name}/ifindex`, 'latin1'));
  } catch {
    return null;
  }
}

function namesOfInterfaces(): readonly string[] {
  const addressed = Object.keys(networkInterfaces());
  try {
    return [...new Set([...addressed, ...fs.readdirSync(INTERFACES)])];
  } catch {
    return addressed; // macOS has no such folder
  }
}
const INTERFACES = '/sys/class/net';

/** An address as sockets take it, with its zone. */
export function socketAddress({ addr, zone }: Pick<Resolved, 'addr' | 'zone'>): string {
  return zone === '' ? addr : `${addr}%${zone}`;
}
