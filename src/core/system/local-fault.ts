/** Why this machine itself did not send, by the name of the error (errno(3)); all other errors come from elsewhere. */
const WORDS: Readonly<Record<string, string>> = {
  EPERM: 'a firewall of this machine refuses to send',
  EACCES: 'a route of this machine refuses to send',
  EINVAL: 'the system refuses to send to this address',
  EADDRNOTAVAIL: 'no address of this machine fits',
  EADDRINUSE: 'no port of this machine is free',
  EAGAIN: 'no port of this machine is free',
  EAFNOSUPPORT: 'this machine does not speak this version of IP',
  EPROTONOSUPPORT: 'this machine does not speak this version of IP',
  ENETDOWN: 'the interface is down',
  ENODEV: 'no such interface',
  ENXIO: 'no such interface',
  ENETUNREACH: 'network unreachable: no route',
  EHOSTUNREACH: 'a route of this machine says: host unreachable',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in the whole system',
  ENOBUFS: 'the send queue is full',
  ENOMEM: 'not enough memory',
};

/** Errors that can also come from elsewhere: a router says that its network or a host is unreachable, or prohibited. */
const AMBIGUOUS: ReadonlySet<string> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EACCES']);

/** Whether an error of a call that connects or sends is surely of this machine. */
export const isSurelyLocal = (code: string): boolean => Object.hasOwn(WORDS, code) && !AMBIGUOUS.has(code);

/** Whether an error may be of this machine or of one on the way; whether there is a route tells which. */
export const mayBeLocal = (code: string): boolean => AMBIGUOUS.has(code);

/** What is known of this machine where it matters for the words. */
export interface HereFacts {
  /** Whether the address is one of all hosts of a network here. */
  readonly isBroadcast: boolean;
  readonly hasIpv6: boolean;
}

/** A fault of this machine in words; null for an error that is none. */
export function localFaultWords(code: string, addr: string, hasZone: boolean, here: HereFacts): string | null {
  const isIpv6 = addr.includes(':');
  if (code === 'EACCES' && here.isBroadcast) return `${addr} is a broadcast address: it is not one host to ask`;
  if (code === 'EINVAL' && /^fe[89ab]/i.test(addr) && !hasZone) return 'the address needs a zone: fe80::1%eth0';
  const isMissing = code === 'EADDRNOTAVAIL' || code === 'ENETUNREACH' || code === 'EAFNOSUPPORT';
  if (isIpv6 && isMissing && !here.hasIpv6) return 'this machine has no IPv6';
  return Object.hasOwn(WORDS, code) ? WORDS[code]! : null;
}
