import dns from 'node:dns';
import { localAddressTo } from './local-address.ts';

/** What getaddrinfo(3) says when no name server answers, and also when none could be asked. */
export const NO_SERVER_ANSWERS = 'EAI_AGAIN';

/**
 * Whether this machine has no route to any of its name servers: then a name that is not found says nothing about the name.
 * Asks nobody.
 */
export async function hasNoRouteToNameServers(): Promise<boolean> {
  const servers = dns.getServers().map(addressOf);
  for (const server of servers) if ((await localAddressTo(server)) !== null) return false;
  return servers.length > 0;
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`, as node writes them. */
function addressOf(server: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(server);
  if (bracketed !== null) return bracketed[1]!;
  return /^[\d.]+:\d+$/.test(server) ? server.slice(0, server.indexOf(':')) : server;
}
