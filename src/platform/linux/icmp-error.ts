import { getSystemErrorName } from 'node:util';
import { isSurelyLocal, mayBeLocal } from '../../core/system/local-fault.ts';
import { ERRNO } from './libc.ts';
import type { ControlMessage } from './received-message.ts';
import { addressIn } from './socket-address.ts';

// include/linux/in.h, in6.h, errqueue.h
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_RECVERR = 11;
const IPV6_RECVERR = 25;
const ORIGIN_LOCAL = 1;
const ORIGIN_ICMP = 2;
const ORIGIN_ICMP6 = 3;
const EMSGSIZE = 90;

/** Why a packet did not arrive, as a host on its way said, or our own. */
export interface PathError {
  /** In words. */
  readonly error: string;
  /** Who said so; null for the system itself. */
  readonly from: string | null;
  /** expired: it passed as many hops as it may; too_big: it is larger than `mtu`; port: it arrived, and nobody listens. */
  readonly cause: 'expired' | 'too_big' | 'port' | null;
  /** How large a packet may be there, in bytes; null when it was not said. */
  readonly mtu: number | null;
  /** The name of the error where this machine itself did not send; null otherwise. */
  readonly fault: string | null;
}

/**
 * What a struct sock_extended_err among the messages says (ip(7), IP_RECVERR); null without one, and for a note: a redirect
 * or a source quench is sent about a packet that goes on all the same.
 */
export function errorIn(controls: readonly ControlMessage[]): PathError | null {
  const found = controls.find(
    ({ level, type }) =>
      (level === IPPROTO_IP && type === IP_RECVERR) || (level === IPPROTO_IPV6 && type === IPV6_RECVERR),
  )?.data;
  if (found === undefined || found.length < 16) return null;
  const [errno, origin, type, code] = [found.readUInt32LE(0), found[4]!, found[5]!, found[6]!];
  const info = found.readUInt32LE(8);
  if (origin === ORIGIN_LOCAL) {
    const cause = errno === EMSGSIZE ? 'too_big' : null;
    return {
      error: sendErrorWords(errno),
      from: null,
      cause,
      mtu: cause === null || info === 0 ? null : info,
      fault: sendFault(errno),
    };
  }
  if (NOTES.get(origin)?.has(type) === true) return null;
  const words = origin === ORIGIN_ICMP ? UNREACHABLE_V4 : origin === ORIGIN_ICMP6 ? UNREACHABLE_V6 : null;
  const cause = origin === ORIGIN_ICMP ? CAUSES_V4[type]?.[code] : CAUSES_V6[type]?.[code];
  return {
    error: words?.[type]?.[code] ?? SEND_ERRORS[errno] ?? `ICMP type ${type}, code ${code}`,
    from: addressIn(found.subarray(16)),
    cause: words === null ? null : (cause ?? null),
    mtu: cause === 'too_big' && info > 0 ? info : null,
    fault: null,
  };
}

/** RFC 792; RFC 4861, 4.5. By the origin, then the type. */
const NOTES: ReadonlyMap<number, ReadonlySet<number>> = new Map([
  [ORIGIN_ICMP, new Set([4, 5])],
  [ORIGIN_ICMP6, new Set([137])],
]);

type Causes = Readonly<Record<number, Readonly<Record<number, PathError['cause']>>>>;
const CAUSES_V4: Causes = { 3: { 3: 'port', 4: 'too_big' }, 11: { 0: 'expired' } };
const CAUSES_V6: Causes = { 1: { 4: 'port' }, 2: { 0: 'too_big' }, 3: { 0: 'expired' } };

/** RFC 792, RFC 1812: by type, then code. */
const UNREACHABLE_V4: Readonly<Record<number, readonly string[]>> = {
  3: [
    'network unreachable',
    'host unreachable',
    'protocol unreachable',
    'port unreachable',
    'packet too big',
    'source route failed',
    'network unknown',
    'host unknown',
    'host isolated',
    'network prohibited',
    'host prohibited',
    'network unreachable for its type of service',
    'host unreachable for its type of service',
    'filtered',
  ],
  11: ['time to live exceeded', 'fragments did not come in time'],
};

/** RFC 4443. */
const UNREACHABLE_V6: Readonly<Record<number, readonly string[]>> = {
  1: [
    'no route',
    'filtered',
    'beyond the scope of the address',
    'host unreachable',
    'port unreachable',
    'source prohibited',
    'route rejected',
  ],
  2: ['packet too big'],
  3: ['hop limit exceeded', 'fragments did not come in time'],
};

/** What a call that sends says. */
const SEND_ERRORS: Readonly<Record<number, string>> = {
  [ERRNO.EPERM]: 'a firewall of this machine refuses to send',
  [ERRNO.EACCES]: 'a route of this machine refuses to send',
  22: 'the address needs a zone: fe80::1%eth0',
  [EMSGSIZE]: 'packet too big',
  99: 'no address of this machine fits',
  101: 'network unreachable: no route',
  [ERRNO.ENOBUFS]: 'the send queue is full',
  111: 'connection refused',
  113: 'host unreachable',
};

/** What a call that sends says, by its errno. */
export function sendErrorWords(errno: number): string {
  return SEND_ERRORS[errno] ?? `the system refuses to send: errno ${errno}`;
}

/** The name of an error of a call that sends, where this machine itself is to blame; null for an error of others. */
export function sendFault(errno: number): string | null {
  if (errno === 0) return null;
  const name = getSystemErrorName(-errno);
  return isSurelyLocal(name) || mayBeLocal(name) ? name : null;
}
