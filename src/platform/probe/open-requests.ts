import type { EchoReply, EchoSocket, Platform } from '../../core/system/platform.ts';
import { hereWords, isOwnAddress } from './local-fault.ts';
import { CannotAsk, type Resolved } from './resolve-host.ts';

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

/**
 * Why this machine itself did not send a request; null where the cause lies elsewhere. What this machine reports about the
 * address of another is its firewall, unless it is that nobody answers there.
 */
export function requestFailure({ fault, error, from }: EchoReply, to: Resolved): CannotAsk | null {
  if (fault !== null) return new CannotAsk(hereWords(fault, to) ?? error ?? fault);
  if (error === null || error === NOBODY || from === null || from === to.addr || !isOwnAddress(from)) return null;
  return new CannotAsk(`a firewall of this machine refuses: ${error}`);
}
const NOBODY = 'host unreachable';
