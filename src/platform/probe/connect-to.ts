import net from 'node:net';
import { askInTurn, type InTurn } from './ask-in-turn.ts';
import type { Deadline } from './deadline.ts';
import { connectFailure } from './local-fault.ts';
import { type Addresses, type Resolved, socketAddress } from './resolve-host.ts';

/** A connection, and how long it took. */
export interface Connected {
  readonly socket: net.Socket;
  readonly millis: number;
}

/** Connects over TCP to the first address of a host that answers. Rejects with the reason in words, or with CannotAsk. */
export function connectInTurn(addresses: Addresses, port: number, deadline: Deadline): Promise<InTurn<Connected>> {
  return askInTurn(
    addresses,
    deadline,
    (to, within) => connectTo(to, port, within),
    ({ socket }) => socket.destroy(),
  );
}

/** Connects over TCP to one address. Rejects with the reason in words, or with CannotAsk; then the socket is closed. */
export async function connectTo(to: Resolved, port: number, deadline: Deadline): Promise<Connected> {
  const start = deadline.clock.monotonic();
  const socket = net.connect({ host: socketAddress(to), port, noDelay: true });
  socket.on('error', () => {}); // so that a later holder of the socket need not listen
  const connected = new Promise<net.Socket>((resolve, reject) => {
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(socket);
    });
    const failed = (error: NodeJS.ErrnoException): void => void connectFailure(error, to).then(reject, reject);
    socket.once('error', failed);
  });
  await deadline.race(connected, 'answer', () => socket.destroy());
  return { socket, millis: deadline.clock.monotonic() - start };
}
