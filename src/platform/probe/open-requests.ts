import type { EchoSocket, Platform } from '../../core/system/platform.ts';
import type { Resolved } from './resolve-host.ts';

/**
 * Opens what sends requests along a path: echo requests where they are permitted, because more hosts answer those;
 * otherwise datagrams to ports on which nothing listens. Null where the system does not report errors from the path.
 */
export function openRequests(platform: Platform, { addr }: Pick<Resolved, 'addr'>): EchoSocket | null {
  const family = addr.includes(':') ? 'ipv6' : 'ipv4';
  return platform.openEcho(family) ?? platform.openUdpRequests(family);
}

/** Why there is no way to send them. */
export function noRequests({ name }: Platform): string {
  return name === 'macos'
    ? 'it cannot be asked on macOS: routers that answer are not told of to those who ask'
    : 'no socket for it is permitted here: netwatch doctor';
}
