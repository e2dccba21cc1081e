import { dns } from './app/dns.ts';
import { eth } from './eth.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import type { Protocol } from './protocol.ts';
import { type Registry, registryOf } from './registry.ts';
import { tcp } from './tcp.ts';
import { tcpSegments } from './tcp-connection.ts';
import { udp } from './udp.ts';

/**
 * Every protocol there is. A new one is a file beside this and a line here. The order is that in which those that
 * recognise by content are asked, the strictest first.
 */
export const ALL_PROTOCOLS: readonly Protocol[] = [eth, ip, ipv6, udp, tcp, tcpSegments, dns];

export const REGISTRY: Registry = registryOf(ALL_PROTOCOLS);
