import fs from 'node:fs';
import { Readable } from 'node:stream';
import tty from 'node:tty';
import { promisify } from 'node:util';
import type { Clock } from '../../core/system/clock.ts';
import { abandon } from './abandon.ts';

const read = promisify(fs.read);
const PIECE_BYTES = 64 * 1024;
/** Errors after which reading continues: there is nothing yet; or, for /dev/kmsg, the next lines were overwritten. */
const GO_ON = new Set(['EAGAIN', 'EPIPE']);
/** Milliseconds between two reads from a device that has nothing yet. */
const LOOK_MS = 20;

/**
 * The bytes of a descriptor that is not a file on a disk, as they come. It was opened with O_NONBLOCK, so the event
 * loop can wait for terminals. Others, such as /dev/kmsg and files of /proc, are polled. A device that
 * ignores O_NONBLOCK occupies a thread; the stream can be destroyed without waiting for that thread.
 */
export function openDeviceStream(fd: number, clock: Clock): Readable {
  return (tty.isatty(fd) ? openTerminal(fd) : null) ?? readNowAndThen(fd, true, clock);
}

/** Stdin, when it is neither a pipe nor a terminal (node has streams for those). It stays open. */
export const openStdinStream = (clock: Clock): Readable => readNowAndThen(0, false, clock);

function openTerminal(fd: number): Readable | null {
  try {
    return new tty.ReadStream(fd);
  } catch {
    return null; // it has been hung up, or is a terminal that this system cannot wait for
  }
}

function readNowAndThen(fd: number, closes: boolean, clock: Clock): Readable {
  let pending: Promise<unknown> | null = null;
  const close = (): void => {
    if (closes) fs.close(fd, () => {});
  };
  const next = async (stream: Readable): Promise<void> => {
    while (!stream.destroyed) {
      try {
        const reading = read(fd, Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, null);
        pending = reading;
        const { bytesRead, buffer } = await reading;
        stream.push(bytesRead === 0 ? null : buffer.subarray(0, bytesRead));
        return;
      } catch (error) {
        if (!GO_ON.has((error as NodeJS.ErrnoException).code ?? '')) {
          stream.destroy(error as Error);
          return;
        }
      } finally {
        pending = null;
      }
      await clock.sleep(LOOK_MS);
    }
  };
  return new Readable({
    highWaterMark: PIECE_BYTES,
    read() {
      void next(this);
    },
    destroy(error, done) {
      if (pending === null) close();
      else {
        // closed under the thread, the number could be another file's before it reads
        pending.then(close, close);
        abandon(pending);
      }
      done(error);
    },
  });
}
