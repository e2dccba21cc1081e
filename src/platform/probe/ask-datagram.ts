import dgram from 'node:dgram';
import type { Deadline } from './deadline.ts';
import { hereFailure, socketFailure } from './local-fault.ts';
import { type Resolved, socketAddress } from './resolve-host.ts';
import { waitFor } from './wait-for.ts';

/** An answer, with the times of the question and the answer on the monotonic clock. */
export interface Answered<T> {
  readonly value: T;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/**
 * Sends one datagram from its own port and resolves with the first answer for which `accept` returns something; answers
 * for which it returns null are ignored. The socket is connected, so answers from elsewhere never arrive, and a closed
 * port is reported at once. Rejects with the reason in words, or with CannotAsk.
 */
export function askDatagram<T>(
  to: Resolved,
  port: number,
  request: Uint8Array,
  accept: (message: Buffer) => T | null,
  deadline: Deadline,
): Promise<Answered<T>> {
  return waitFor(deadline, (done, fail) => {
    const socket = dgram.createSocket(to.addr.includes(':') ? 'udp6' : 'udp4');
    const check = (error: Error | null | undefined): void => {
      if (error) fail(socketFailure(error, to));
    };
    let isOpen = true;
    let sentAt = 0;
    let ignored = 0;
    socket.on('error', check);
    socket.on('message', (message) => {
      const receivedAt = deadline.clock.monotonic();
      const value = accept(message);
      if (value === null) ignored++;
      else done({ value, sentAt, receivedAt });
    });
    socket.connect(port, socketAddress(to), (error?: Error) => {
      if (error) fail(hereFailure(error, to)); // it chooses a route, and asks nobody
      if (error || !isOpen) return;
      sentAt = deadline.clock.monotonic();
      socket.send(request, check);
    });
    return {
      stop() {
        if (isOpen) socket.close();
        isOpen = false;
      },
      remark: () => ignoredWords(ignored),
    };
  });
}

/** How many other answers came while waiting, for messages; null for none. */
export function ignoredWords(count: number): string | null {
  return count === 0 ? null : `what came (${count}) answers nothing that was asked`;
}
