import net from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { messageOf } from '../../core/failure.ts';
import type { Deadline } from './deadline.ts';
import type { Resolved } from './resolve-host.ts';

/** A connection that cannot be tried here says nothing of the target. */
export class CannotAsk extends Error {}

/** Ours, not the target's: descriptors, ports and memory of this machine. */
const OURS = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAFNOSUPPORT', 'EADDRNOTAVAIL']);

/** Connects over TCP. Rejects with the reason in words, or with CannotAsk; the socket then is gone. */
export function connectTo({ addr, zone }: Resolved, port: number, deadline: Deadline): Promise<net.Socket> {
  const socket = net.connect({ host: zone === '' ? addr : `${addr}%${zone}`, port, noDelay: true });
  socket.on('error', () => {}); // whoever holds it later need not listen
  const connected = new Promise<net.Socket>((resolve, reject) => {
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(socket);
    });
    const failed = (error: NodeJS.ErrnoException): void => reject(socketFailure(error));
    socket.once('error', failed);
  });
  return deadline.race(connected, 'answer', () => socket.destroy());
}

/** Why a socket failed, in words; a CannotAsk when that is ours. */
export function socketFailure(error: NodeJS.ErrnoException): Error {
  const Kind = OURS.has(error.code ?? '') ? CannotAsk : Error;
  return new Kind(wordsOf(error));
}

/** What the system says of an error, without the code and the call: `connection refused`. */
export function wordsOf(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  return (typeof errno === 'number' ? getSystemErrorMap().get(errno)?.[1] : undefined) ?? messageOf(error);
}
