/**
 * Options for a node that netwatch starts. Until its first statement sets a handler, SIGUSR1 opens the inspector: in the
 * 20 to 60 ms in which node begins, nothing but an address that cannot be had keeps it shut. No system binds TCP to a
 * multicast address of IPv6. (--disable-sigusr1 of later versions lets the signal end the process instead.)
 */
export const NO_INSPECTOR: readonly string[] = ['--inspect-port=[ff01::1]:65535'];
