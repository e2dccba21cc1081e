import { isIPv4 } from 'node:net';

/** What a request says of itself, as far as it decides whether it is answered. */
export interface Asked {
  readonly method: string;
  /** The value of each Host header. */
  readonly hosts: readonly string[];
  /** Whether a body comes with it. */
  readonly hasBody: boolean;
  /** Sec-Fetch-Site and Sec-Fetch-Mode, which browsers send and pages cannot change; absent elsewhere. */
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
}

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 400 | 403 | 405 | 421;
  readonly why: string;
}

/**
 * Null for a request that is answered. A page of a stranger can point a name of its own at an address of this machine (DNS
 * rebinding), and the browser then lets it read the answers: so a request must name this machine by an address of it, by a loopback
 * name, or by one of `names`.
 */
export function refusalOf(asked: Asked, ownAddress: string, names: readonly string[]): Refusal | null {
  const { method, hosts, hasBody, fetchSite, fetchMode } = asked;
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, why: 'only GET and HEAD are answered' };
  if (hasBody) return { status: 400, why: 'a request has no body here' };
  if (hosts.length > 1) return { status: 400, why: 'a request names one host' };
  const host = hostOf(hosts[0] ?? '');
  if (host === null) return { status: 400, why: 'the Host header names no host' };
  if (!isLoopbackName(host) && host !== bareAddress(ownAddress) && !names.includes(host))
    return { status: 421, why: 'this host is not known by that name; --allow-host NAME makes it known' };
  // a link to the page is followed; what another page loads is none of its business
  if (fetchSite !== undefined && fetchSite !== 'none' && fetchSite !== 'same-origin' && fetchMode !== 'navigate')
    return { status: 403, why: 'pages of other sites may not ask' };
  return null;
}

/** The host of a Host header in lower case, without port, brackets and final dot; null when there is none. */
export function hostOf(header: string): string | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z._-]+))(?::[0-9]{1,5})?$/.exec(header);
  const host = (match?.[1] ?? match?.[2] ?? '').toLowerCase().replace(/\.$/, '');
  return host === '' ? null : host;
}

/** Whether an address or a name is one of this machine wherever it is used. */
export function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** The address of a socket as a URL has it: without a zone, and IPv4 as such where it came by way of IPv6. */
function bareAddress(address: string): string {
  return address
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=[0-9]+\.)/, '');
}
