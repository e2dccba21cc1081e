import { EXIT, Failure } from '../../core/failure.ts';
import { formatIpv4, formatIpv6 } from '../../core/net/ip-address.ts';
import type { Host } from '../../core/system/host.ts';
import type { Reading } from '../../core/system/platform.ts';
import { NETLINK_ROUTE, type Netlink, NetlinkError, openNetlink } from './netlink.ts';
import type { NetworkNamespace } from './netns.ts';

/**
 * What the rtnetlink tables (rtnetlink(7); include/uapi/linux/rtnetlink.h) share: `rtnetlink-link.ts` and its siblings
 * each parse one message type.
 */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** A busy table changes while it is dumped; after this many tries the last reading has to do. */
const DUMP_ATTEMPTS = 5;

/** One entry from a message's payload between two offsets, or null for one that is cut short or not asked for. */
export type MessageParser<T> = (data: Buffer, start: number, end: number) => T | null;

/** Dumps one table, again when it changed meanwhile. `get` is the RTM_GET* type; throws NetlinkError. */
export function dumpTable<T>(netlink: Netlink, get: number, payload: Uint8Array, parse: MessageParser<T>): T[] {
  for (let attempt = 1; ; attempt++) {
    const entries: T[] = [];
    const whole = netlink.dump(get, payload, (type, data, start, end) => {
      if (type !== get - 2) return; // RTM_NEW*
      const entry = parse(data, start, end);
      if (entry !== null) entries.push(entry);
    });
    if (whole || attempt === DUMP_ATTEMPTS) return entries;
  }
}

/** Opens a socket in a namespace, null for our own. */
export function openIn<T>(netns: NetworkNamespace | null, open: () => T): T {
  return netns === null ? open() : netns.enter(open);
}

/**
 * Rows from the kernel. Where it refuses (a sandbox, no koffi) and for a machine that is a folder, rows from text files;
 * `lost` names what those cannot tell. Another namespace has no files: then the refusal is thrown, as a Failure.
 */
export function readRows<T>(
  host: Host,
  netns: NetworkNamespace | null,
  lost: string,
  fromKernel: (netlink: Netlink) => T[],
  fromFiles: () => T[],
): Reading<T> {
  if (host.root !== null) return { rows: fromFiles(), limits: [] };
  try {
    const netlink = openIn(netns, () => openNetlink(NETLINK_ROUTE));
    try {
      return { rows: fromKernel(netlink), limits: [] };
    } finally {
      netlink.close();
    }
  } catch (error) {
    const refusal = asFailure(error);
    if (netns !== null) throw refusal;
    return { rows: fromFiles(), limits: [{ what: lost, why: refusal.message, remedy: refusal.hint }] };
  }
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof NetlinkError) return new Failure(EXIT.unavailable, error.message, { cause: error });
  throw error;
}

/** The unsigned number in an attribute of at least four bytes, else null. */
export function readU32(data: Buffer, start: number, end: number): number | null {
  return end - start >= 4 ? data.readUInt32LE(start) : null;
}

/** The text of an attribute, up to its terminating zero. */
export function readText(data: Buffer, start: number, end: number): string {
  const zero = data.subarray(start, end).indexOf(0);
  return data.toString('utf8', start, zero < 0 ? end : start + zero);
}

/** The IPv4 or IPv6 address in an attribute; null when it is shorter than its family's. */
export function readAddress(family: number, data: Buffer, start: number, end: number): string | null {
  if (family === AF_INET && end - start >= 4) return formatIpv4(data.readUInt32BE(start));
  if (family === AF_INET6 && end - start >= 16) return formatIpv6(data, start);
  return null;
}

/** `02:fc:00:00:00:01`, for Ethernet, FireWire and InfiniBand lengths; null for others: a tunnel's is an IP address. */
export function readMac(data: Buffer, start: number, end: number): string | null {
  const length = end - start;
  if (length !== 6 && length !== 8 && length !== 20) return null;
  return data.toString('hex', start, end).replace(/..\B/g, '$&:');
}
