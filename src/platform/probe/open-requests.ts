import type { EchoSocket, Platform } from '../../core/system/platform.ts';
import type { Resolved } from './resolve-host.ts';

/**
 * What asks along a path: echo requests where they are permitted, since more hosts answer those, else datagrams to ports
 * to which nobody listens. Null where errors on the way are not told.
 */
export function openRequests(platform: Platform, { addr }: Pick<Resolved, 'addr'>): EchoSocket | null {
  const family = addr.includes(':') ? 'ipv6' : 'ipv4';
  return platform.openEcho(family) ?? platform.openUdpRequests(family);
}

/** Why there is none. */
export function noRequests({ name }: Platform): string {
  return name === 'macos'
    ? 'it cannot be asked on macOS: routers that answer are not told of to those who ask'
    : 'no socket for it is permitted here: netwatch doctor';
}
