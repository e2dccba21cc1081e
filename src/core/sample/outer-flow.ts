import type { TunnelDevice } from '../network/tunnel-device.ts';
import type { Socket, SocketReading } from '../socket/socket.ts';

/** The flow that carries a tunnel, of those that may. */
export interface OuterFlow {
  readonly socket: Socket;
  readonly iface: string | null;
  /** How many may carry it. */
  readonly flows: number;
}

/**
 * The flow by which the process that holds a device sends what comes out of it: one that is not loopback's, does not
 * listen and is not inside the tunnel; TCP only once it is connected. The flow with the key `last` stays the one while it
 * is there; otherwise those with a peer stand before those without, then the one that moved most bytes.
 */
export function outerFlowOf(
  device: TunnelDevice,
  reading: SocketReading,
  last: Socket['key'] | null = null,
): OuterFlow | null {
  const pids = new Set(device.holders.map(({ pid }) => pid));
  if (pids.size === 0) return null;
  const inner = new Set(device.addresses.map((block) => block.slice(0, block.lastIndexOf('/'))));
  const flows = reading.sockets.filter(
    (socket) =>
      (socket.proto === 'udp' || (socket.proto === 'tcp' && socket.state === 'ESTABLISHED')) &&
      !inner.has(socket.local_addr) &&
      !isLoopback(socket.local_addr) &&
      reading.ownerOf(socket).processes.some(({ pid }) => pids.has(pid)),
  );
  const rank = ({ key, remote_addr }: Socket): number => (key === last ? 2 : remote_addr !== null ? 1 : 0);
  const [first] = flows.sort((a, b) => rank(b) - rank(a) || moved(b) - moved(a));
  return first === undefined ? null : { socket: first, iface: reading.ifaceOf(first), flows: flows.length };
}

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';
const moved = ({ rx_bytes, tx_bytes }: Socket): number => (rx_bytes ?? 0) + (tx_bytes ?? 0);
