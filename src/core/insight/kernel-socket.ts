import type { ConnRow } from '../record/tables/conn.ts';

/**
 * Whether the kernel has a socket for it: flows that were only seen in packets take no port, queue or descriptor. Packets
 * count for some sockets of the kernel, too, but they know no queue.
 */
export const isKernelSocket = ({ source, rx_queue }: ConnRow): boolean => source !== 'capture' || rx_queue !== null;
