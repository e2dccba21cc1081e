/**
 * Options for a node that netwatch starts. Until its first statement sets a handler, SIGUSR1 opens the inspector. In
 * the 20 to 60 ms in which node starts, only an address that cannot be bound keeps it closed. No system binds TCP to a
 * multicast address of IPv6. (--disable-sigusr1 of later versions lets the signal end the process instead.)
 */
export const NO_INSPECTOR: readonly string[] = ['--inspect-port=[ff01::1]:65535'];
