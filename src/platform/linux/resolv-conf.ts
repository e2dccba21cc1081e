import { formatIp, parseIp } from '../../core/net/ip-address.ts';

/** A DNS server as a configuration file names it. */
export interface NameServer {
  readonly addr: string;
  /** null where the file does not say. */
  readonly port: number | null;
  /** Name or index of the interface, after `%`; null where there is none. */
  readonly zone: string | null;
}

/** What resolv.conf(5) says of servers and search domains. */
export interface ResolvConf {
  readonly servers: readonly NameServer[];
  readonly search: readonly string[];
}

/** resolv.conf(5): a later `search` or `domain` replaces an earlier one, and a keyword counts at the start of a line. */
export function parseResolvConf(text: string): ResolvConf {
  const servers: NameServer[] = [];
  let search: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.split(/[ \t\r]+/);
    if (keyword === 'nameserver') {
      const server = parseNameServer(values[0] ?? '');
      if (server !== null) servers.push(server);
    } else if (keyword === 'search') search = values.filter((domain) => domain !== '');
    else if (keyword === 'domain') search = values.slice(0, 1).filter((domain) => domain !== '');
  }
  return { servers, search };
}

/** ADDR, ADDR:PORT or [ADDR]:PORT, then %ZONE, then #NAME as systemd-resolved writes or #PORT as dnsmasq does. */
const SERVER = /^(?:\[([^\]%]*)\](?::(\d{1,5}))?|([\d.]+):(\d{1,5})|([^[\]%#]+))(?:%([^%#\s]+))?(?:#(\S*))?$/;

/** One server, in the spellings of resolv.conf, systemd-resolved and dnsmasq; null when it holds no address. */
export function parseNameServer(text: string): NameServer | null {
  const match = SERVER.exec(text);
  if (match === null) return null;
  const [, bracketed, bracketedPort, dotted, dottedPort, bare, zone, after] = match;
  const address = parseIp(bracketed ?? dotted ?? bare ?? '');
  if (address === null) return null;
  const port = bracketedPort ?? dottedPort ?? (/^\d{1,5}$/.test(after ?? '') ? after : undefined);
  return {
    addr: formatIp(address),
    port: port === undefined || Number(port) > 65535 ? null : Number(port),
    zone: zone ?? null,
  };
}
