import { parseZonedAddress } from './zoned-address.ts';

/** One end of a socket. */
export interface Endpoint {
  readonly family: 'ipv4' | 'ipv6';
  readonly addr: string;
  /** 0 for any. */
  readonly port: number;
  readonly zone: string | null;
}

/** The ends of a socket, as lsof and netstat both list them. */
export interface Endpoints {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly local: Endpoint;
  readonly remote: Endpoint | null;
}

/**
 * An address and a port, `*` for any of either, as in lsof's `[::1]:80` (parted by `:`) and netstat's `::1.80` (by `.`).
 * `family` is that of the socket and says which address `*` stands for. Null for anything else.
 */
export function parseEndpoint(text: string, separator: ':' | '.', family: 'ipv4' | 'ipv6'): Endpoint | null {
  const at = text.lastIndexOf(separator);
  if (at < 0) return null;
  const port = parsePort(text.slice(at + 1));
  if (port === null) return null;
  const host = text.slice(0, at);
  if (host === '*') return { family, addr: family === 'ipv6' ? '::' : '0.0.0.0', port, zone: null };
  const address = parseZonedAddress(host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host);
  return address === null ? null : { ...address, port };
}

function parsePort(text: string): number | null {
  if (text === '*') return 0;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 65_536;
  return port < 65_536 ? port : null;
}

/** The same text for the same ends, whichever tool listed them. */
export function endpointsKey({ proto, local, remote }: Endpoints): string {
  const to = remote === null ? '' : ` ${remote.addr} ${remote.port}`;
  return `${proto} ${local.addr} ${local.port}${to}`;
}
