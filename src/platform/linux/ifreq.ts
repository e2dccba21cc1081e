import type { Libc } from './libc.ts';

/** struct ifreq (include/uapi/linux/if.h): the name of an interface, and behind it what is asked or answered. */
const IFREQ_BYTES = 40;
const IFNAMSIZ = 16;
const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;

/** Where the value stands in a request. */
export const VALUE_AT = IFNAMSIZ;

/** A request without a name or a value. */
export const blankRequest = (): Buffer => Buffer.alloc(IFREQ_BYTES);

/** Makes it a request about the interface of this name, without a value. */
export function nameInterface(request: Buffer, name: string): void {
  request.fill(0).write(name, 0, IFNAMSIZ - 1, 'utf8');
}

/** A socket through which requests are made, about the network namespace this thread is in; -1 when there is none. */
export function openRequests(c: Libc): number {
  return c.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
}
