import type { ConnRow } from '../record/tables/conn.ts';

/** Whether the kernel has a socket for it: flows that were only seen in packets take no port, queue or descriptor. */
export const isKernelSocket = ({ source }: ConnRow): boolean => source !== 'capture';
