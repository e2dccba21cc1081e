/** Names of the bits from bit 0 on, include/uapi/linux/if.h. */
const NAMES = [
  'up',
  'broadcast',
  'debug',
  'loopback',
  'pointopoint',
  'notrailers',
  'running',
  'noarp',
  'promisc',
  'allmulti',
  'master',
  'slave',
  'multicast',
  'portsel',
  'automedia',
  'dynamic',
  'lower_up',
  'dormant',
  'echo',
] as const;

export const IFF_UP = 1 << 0;
export const IFF_RUNNING = 1 << 6;
export const IFF_LOWER_UP = 1 << 16;

/** The names of an interface's IFF_* flags, in the order of their bits. */
export function flagNames(flags: number): string[] {
  return NAMES.filter((_, bit) => (flags & (1 << bit)) !== 0);
}
