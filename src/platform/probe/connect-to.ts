import net from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { messageOf } from '../../core/failure.ts';
import type { Deadline } from './deadline.ts';
import type { Resolved } from './resolve-host.ts';

/** A connection that cannot be tried from here says nothing about the target. */
export class CannotAsk extends Error {}

/** Errors of this machine, not of the target: its descriptors, ports and memory. */
const OURS = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAFNOSUPPORT', 'EADDRNOTAVAIL']);

/** Connects over TCP. Rejects with the reason in words, or with CannotAsk; then the socket is closed. */
export function connectTo({ addr, zone }: Resolved, port: number, deadline: Deadline): Promise<net.Socket> {
  const socket = net.connect({ host: zone === '' ? addr : `${addr}%${zone}`, port, noDelay: true });
  socket.on('error', () => {}); // so that a later holder of the socket need not listen
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

/** Why a socket failed, in words; a CannotAsk when the cause is this machine. */
export function socketFailure(error: NodeJS.ErrnoException): Error {
  const Kind = OURS.has(error.code ?? '') ? CannotAsk : Error;
  return new Kind(wordsOf(error));
}

/** The system's words for an error, without the code and the call: `connection refused`. */
export function wordsOf(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  return (typeof errno === 'number' ? getSystemErrorMap().get(errno)?.[1] : undefined) ?? messageOf(error);
}
