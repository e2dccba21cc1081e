import net from 'node:net';
import type { Readable } from 'node:stream';

/** Bytes as they come, in pieces: each may be read until the next one is asked for, and no longer. */
export interface Pieces {
  next(): Promise<IteratorResult<Buffer, undefined>>;
  destroy(): void;
}

/** As much as a pipe of Linux holds. */
const PIPE_BYTES = 64 * 1024;

export function piecesOf(stream: Readable): Pieces {
  const chunks: AsyncIterator<Buffer, undefined> = stream[Symbol.asyncIterator]();
  return { next: () => chunks.next(), destroy: () => void stream.destroy() };
}

/**
 * The pieces of a pipe or a socket, by way of one buffer. A stream makes a new one for each, and 80 MB of them waited for the
 * garbage to be collected while a capture was read.
 */
export function openPipePieces(fd: number): Pieces {
  const buffer = Buffer.allocUnsafeSlow(PIPE_BYTES);
  let length = 0;
  let isOver = false;
  let failure: Error | null = null;
  let asked: PromiseWithResolvers | null = null;

  const answer = (): void => {
    if (asked === null || (length === 0 && !isOver)) return;
    const { resolve, reject } = asked;
    asked = null;
    if (length > 0) {
      resolve({ value: buffer.subarray(0, length), done: false });
      length = 0;
    } else if (failure === null) resolve({ value: undefined, done: true });
    else reject(failure);
  };
  const end = (): void => {
    isOver = true;
    answer();
  };
  // what net.connect() gives its sockets, too
  const options: net.SocketConstructorOpts & Pick<net.ConnectOpts, 'onread'> = {
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback(count) {
        length = count;
        answer();
        return false; // nothing is read into it before it was asked for
      },
    },
  };
  const socket = new net.Socket(options);
  socket.on('error', (error) => {
    failure = error;
    end();
  });
  socket.on('end', end);
  socket.on('close', end);
  return {
    next: () =>
      new Promise((resolve, reject) => {
        asked = { resolve, reject };
        answer();
        if (asked !== null) socket.resume();
      }),
    destroy: () => void socket.destroy(),
  };
}

interface PromiseWithResolvers {
  readonly resolve: (result: IteratorResult<Buffer, undefined>) => void;
  readonly reject: (error: Error) => void;
}
