import fs from 'node:fs';
import { promisify } from 'node:util';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import { unlessInterrupted } from './abandon.ts';

const open = promisify(fs.open);
const readAt = promisify(fs.read);
/** Opening does not wait for a pipe without a writer, and a terminal does not become ours. */
const OPENED = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;
const CHUNK = 1024 * 1024;
/** Milliseconds between two looks that are not urgent, and between two checks whether the file was emptied. */
const LOOK_MS = 1000;

/** Takes in bytes that are valid until it returns. */
type Take = (bytes: Uint8Array) => void;

/** A key log that is open, and may grow. */
export interface KeyLogFile {
  /** Reads all that there is so far. Rejects with a Failure 74. */
  read(take: Take): Promise<void>;
  /**
   * Reads what was added since; unless it is urgent, only if the last look is a second ago. A file that cannot be read any more
   * adds nothing.
   */
  readOn(take: Take, isUrgent: boolean): void;
  close(): void;
}

/** Opens a key log; it is read by `read`. Rejects with a Failure 65 for what is no file, 66, 74 or 77. */
export async function openKeyLogFile(name: string, clock: Clock, signal: AbortSignal): Promise<KeyLogFile> {
  if (name === '-') throw notAFile('stdin');
  let fd: number | null;
  try {
    fd = await unlessInterrupted(open(name, OPENED), clock, signal);
  } catch (error) {
    throw asFailure(error, name);
  }
  if (fd === null) return { read: async () => {}, readOn: () => {}, close: () => {} };
  if (!fs.fstatSync(fd).isFile()) {
    fs.closeSync(fd);
    throw notAFile(name);
  }
  return readerOf(fd, name, clock, signal);
}

function readerOf(fd: number, name: string, clock: Clock, signal: AbortSignal): KeyLogFile {
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  let position = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;
  return {
    async read(take) {
      try {
        for (;;) {
          const done = await unlessInterrupted(readAt(fd, chunk, 0, CHUNK, position), clock, signal);
          if (done === null || done.bytesRead === 0) return;
          position += done.bytesRead;
          take(chunk.subarray(0, done.bytesRead));
        }
      } catch (error) {
        throw asFailure(error, name);
      }
    },
    readOn(take, isUrgent) {
      if (isClosed) return;
      const now = clock.monotonic();
      const isDue = now - lookedAt >= LOOK_MS;
      if (!isDue && !isUrgent) return;
      try {
        if (isDue) {
          lookedAt = now;
          if (fs.fstatSync(fd).size < position) position = 0; // it was emptied
        }
        const length = fs.readSync(fd, chunk, 0, CHUNK, position);
        position += length;
        if (length > 0) take(chunk.subarray(0, length));
      } catch {
        isClosed = true;
      }
    },
    close() {
      if (!isClosed) fs.closeSync(fd);
      isClosed = true;
    },
  };
}

function notAFile(name: string): Failure {
  return new Failure(EXIT.data, `--keylog needs a file that can be read again, and ${name} is none`);
}

function asFailure(error: unknown, name: string): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return new Failure(EXIT.noInput, `no such key log: ${name}`, { cause: error });
  if (code === 'ENXIO') return notAFile(name);
  if (code === 'EACCES')
    return new Failure(EXIT.noPermission, `${name} cannot be read: permission denied`, {
      hint: process.getuid?.() === 0 ? null : 'run it with sudo',
      cause: error,
    });
  return new Failure(EXIT.io, `${name} cannot be read: ${reasonOf(error)}`, { cause: error });
}
