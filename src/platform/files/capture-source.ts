import fs from 'node:fs';
import type { Transform } from 'node:stream';
import tty from 'node:tty';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { ByteSource } from '../../core/capture/byte-source.ts';
import { EXIT, Failure, messageOf, reasonOf } from '../../core/failure.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import type { Clock } from '../../core/system/clock.ts';
import { unlessInterrupted } from './abandon.ts';
import { openDeviceStream, openStdinStream } from './device-stream.ts';
import { openPipePieces, type Pieces, piecesOf } from './pieces.ts';

/** Milliseconds between two checks whether all decompressed data has been read. */
const TAKEN_POLL_MS = 2;

/**
 * The bytes of a file, a FIFO or stdin (`-`), decompressed when they are gzip or Zstandard. Rejects as ByteSource.read
 * does.
 */
export async function openCaptureSource(file: string, clock: Clock, signal: AbortSignal): Promise<ByteSource> {
  const name = file === '-' ? 'stdin' : file;
  if (file === '-') return unpackPieces(name, openStdin(clock), clock, signal);
  try {
    const fd = await unlessInterrupted(open(file, OPENED), clock, signal);
    return fd === null ? NOTHING : await sourceOf(fd, name, clock, signal);
  } catch (error) {
    throw asFailure(error, name);
  }
}

/** The same of what is already open, with OPENED, and is closed with its source. Rejects as ByteSource.read does. */
export async function sourceOf(fd: number, name: string, clock: Clock, signal: AbortSignal): Promise<ByteSource> {
  const stat = fs.fstatSync(fd);
  if (stat.isDirectory()) {
    fs.closeSync(fd);
    throw new Failure(EXIT.data, `${name} is a folder`);
  }
  if (stat.isFIFO()) return unpackPieces(name, openPipePieces(fd), clock, signal);
  if (!isOnDisk(stat)) return unpackPieces(name, piecesOf(openDeviceStream(fd, clock)), clock, signal);
  try {
    return await fileSource(name, fd, true, clock, signal);
  } catch (error) {
    throw asFailure(error, name);
  }
}

/** A file that stays open, so that it is read again by those who may not open it any more. */
export interface KeptFile {
  /** Its bytes from the start. Rejects as openCaptureSource does. */
  read(): Promise<ByteSource>;
  close(): void;
}

/** Opens a file for as many readings as are wanted; null for what can be read once. Rejects as openCaptureSource does. */
export async function openKeptFile(file: string, clock: Clock, signal: AbortSignal): Promise<KeptFile | null> {
  if (!(await canReadAgain(file))) return null;
  const fd = await unlessInterrupted(open(file, OPENED), clock, signal).catch((error) => {
    throw asFailure(error, file);
  });
  if (fd === null) return null;
  if (!isOnDisk(fs.fstatSync(fd))) {
    fs.closeSync(fd);
    return null;
  }
  return {
    read: () =>
      fileSource(file, fd, false, clock, signal).catch((error) => {
        throw asFailure(error, file);
      }),
    close: () => fs.closeSync(fd),
  };
}

/** The bytes of an open file from its start; `closes` closes it with them. */
async function fileSource(
  name: string,
  fd: number,
  closes: boolean,
  clock: Clock,
  signal: AbortSignal,
): Promise<ByteSource> {
  const magic = Buffer.alloc(4);
  await unlessInterrupted(read(fd, magic, 0, 4, 0), clock, signal);
  if (packing(magic) === null) return wholeFile(name, fd, closes, clock, signal);
  return unpackPieces(name, piecesOf(fs.createReadStream(name, { fd, start: 0, autoClose: closes })), clock, signal);
}

/** Whether the bytes can be read a second time: true for a file, but not for a pipe. */
export async function canReadAgain(file: string): Promise<boolean> {
  if (file === '-') return false;
  try {
    return (await fs.promises.stat(file)).isFile();
  } catch {
    return false;
  }
}

/** Whether all the bytes are already there: true for a file, even when it is stdin, but not for a pipe. */
export function isFile(file: string): boolean {
  try {
    return (file === '-' ? fs.fstatSync(0) : fs.statSync(file)).isFile();
  } catch {
    return false; // who opens it says why
  }
}

const open = promisify(fs.open);
const read = promisify(fs.read);
/**
 * Opening does not wait for a pipe without a writer or a line without a carrier, and a terminal does not become ours.
 */
export const OPENED = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;
const NOTHING: ByteSource = { name: 'nothing', size: 0, read: async () => 0, close: async () => {} };

/** Whether a read returns at once. A file of /proc does not count, though it looks like one: it has no size. */
const isOnDisk = (stat: fs.Stats): boolean => stat.isFile() && stat.size > 0;

function openStdin(clock: Clock): Pieces {
  try {
    const stat = fs.fstatSync(0);
    if (stat.isFIFO() || stat.isSocket()) return openPipePieces(0);
    return piecesOf(tty.isatty(0) || isOnDisk(stat) ? process.stdin : openStdinStream(clock));
  } catch {
    return piecesOf(process.stdin); // it is closed, and node knows what to do
  }
}

function wholeFile(name: string, fd: number, closes: boolean, clock: Clock, signal: AbortSignal): ByteSource {
  const { size } = fs.fstatSync(fd);
  let position = 0;
  let closed = false;
  return {
    name,
    size,
    async read(into, offset, length) {
      if (closed) return 0;
      try {
        const done = await unlessInterrupted(read(fd, into, offset, length, position), clock, signal);
        position += done?.bytesRead ?? 0;
        return done?.bytesRead ?? 0;
      } catch (error) {
        throw asFailure(error, name);
      }
    },
    async close() {
      if (closes && !closed) fs.close(fd, () => {});
      closed = true;
    },
  };
}

/** What comes in pieces, decompressed if its first bytes say so, handed out part by part. */
function unpackPieces(name: string, pieces: Pieces, clock: Clock, signal: AbortSignal): ByteSource {
  const stop = (): void => pieces.destroy();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  let cutShort = false;
  const chunks = unpack(pieces, name, clock, () => {
    cutShort = true;
  });
  let rest: Uint8Array = new Uint8Array(0);
  return {
    name,
    size: null,
    async read(into, offset, length) {
      while (rest.length === 0) {
        try {
          const { value, done } = await chunks.next();
          if (done === true) return 0;
          rest = value;
        } catch (error) {
          if (signal.aborted) return 0;
          throw asFailure(error, name);
        }
      }
      const part = rest.subarray(0, length);
      into.set(part, offset);
      rest = rest.subarray(part.length);
      return part.length;
    },
    isCutShort: () => cutShort,
    async close() {
      signal.removeEventListener('abort', stop);
      pieces.destroy();
    },
  };
}

async function* unpack(pieces: Pieces, name: string, clock: Clock, onCutShort: () => void): AsyncGenerator<Buffer> {
  let first: Buffer = Buffer.alloc(0);
  while (first.length < 4) {
    const { value, done } = await pieces.next();
    if (done === true) break;
    first = Buffer.concat([first, value]);
  }
  const packed = packing(first);
  if (packed === null) {
    if (first.length > 0) yield first;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
    return;
  }
  const unpacker = packed === 'gzip' ? zlib.createGunzip() : createUnzstd(name);
  // pulled by hand rather than piped, so that what a slow pipe has sent so far comes out at once
  const feed = async (): Promise<void> => {
    const write = (chunk: Buffer): Promise<void> =>
      new Promise((resolve) => {
        unpacker.write(chunk, () => resolve());
      });
    await write(first);
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) await write(next.value);
    // to end what was cut short is an error, which drops what was not taken yet
    while (unpacker.readableLength > 0 && !unpacker.destroyed) await clock.sleep(TAKEN_POLL_MS);
    unpacker.end();
  };
  feed().catch((error: Error) => unpacker.destroy(error));
  try {
    yield* unpacker;
  } catch (error) {
    // what there is of it was read
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') throw error;
    onCutShort();
  }
}

function packing(bytes: Buffer): 'gzip' | 'zstd' | null {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  return bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : null;
}

function createUnzstd(name: string): Transform {
  const create = (zlib as { createZstdDecompress?: () => Transform }).createZstdDecompress;
  if (create === undefined) {
    throw new Failure(
      EXIT.data,
      `${name} is compressed with zstd, which node ${process.versions.node} cannot decompress`,
      {
        hint: `zstd -dc ${shellFile(name)} | netwatch …, with - in its place`,
      },
    );
  }
  return create();
}

function asFailure(error: unknown, name: string): Failure {
  if (error instanceof Failure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return new Failure(EXIT.noInput, `no such file: ${name}`, { cause: error });
  if (code === 'EACCES')
    return new Failure(EXIT.noPermission, `${name} cannot be read: permission denied`, {
      hint: process.getuid?.() === 0 ? null : 'run it with sudo',
      cause: error,
    });
  if (/^Z(STD)?_/.test(code))
    return new Failure(EXIT.data, `${name} cannot be decompressed: ${messageOf(error)}`, { cause: error });
  return new Failure(EXIT.io, `${name} cannot be read: ${reasonOf(error)}`, { cause: error });
}
