import fs from 'node:fs';
import net from 'node:net';
import type { Readable, Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { ByteSource } from '../core/capture/byte-source.ts';
import { EXIT, Failure, messageOf, reasonOf } from '../core/failure.ts';

/** Between two looks whether all that was unpacked is taken. */
const TAKEN_POLL_MS = 2;

/** The bytes of a file, a FIFO or stdin (`-`), unpacked when they are gzip or Zstandard. Rejects as ByteSource.read does. */
export async function openCaptureSource(file: string, signal: AbortSignal): Promise<ByteSource> {
  const name = file === '-' ? 'stdin' : file;
  if (file === '-') return unpacked(name, process.stdin, signal);
  try {
    if ((await fs.promises.stat(file)).isFIFO()) return unpacked(name, await openPipe(file), signal);
    const handle = await fs.promises.open(file, 'r');
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      await handle.close();
      throw new Failure(EXIT.data, `${file} is a folder`);
    }
    if (!stat.isFile()) return unpacked(name, handle.createReadStream(), signal);
    const magic = Buffer.alloc(4);
    await handle.read(magic, 0, 4, 0);
    if (packing(magic) !== null) return unpacked(name, handle.createReadStream({ start: 0 }), signal);
    return wholeFile(name, handle, stat.size);
  } catch (error) {
    throw asFailure(error, name);
  }
}

/** Whether the bytes can be had a second time: of a file, but not of a pipe. */
export async function canReadAgain(file: string): Promise<boolean> {
  if (file === '-') return false;
  try {
    return (await fs.promises.stat(file)).isFile();
  } catch {
    return false;
  }
}

/** A pipe with a name. Neither opening nor reading it takes a thread, which would wait for a writer, deaf to signals. */
async function openPipe(file: string): Promise<Readable> {
  const { O_RDONLY, O_NONBLOCK } = fs.constants;
  const fd = await promisify(fs.open)(file, O_RDONLY | O_NONBLOCK);
  return new net.Socket({ fd, readable: true, writable: false });
}

function wholeFile(name: string, handle: fs.promises.FileHandle, size: number): ByteSource {
  let position = 0;
  let closed = false;
  return {
    name,
    size,
    async read(into, offset, length) {
      if (closed) return 0;
      try {
        const { bytesRead } = await handle.read(into, offset, length, position);
        position += bytesRead;
        return bytesRead;
      } catch (error) {
        throw asFailure(error, name);
      }
    },
    async close() {
      closed = true;
      await handle.close();
    },
  };
}

/** A stream, unpacked if its first bytes say so, as chunks that are handed out piece by piece. */
function unpacked(name: string, stream: Readable, signal: AbortSignal): ByteSource {
  const stop = (): void => {
    stream.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  let cutShort = false;
  const chunks = unpack(stream, name, () => {
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
      stream.destroy();
    },
  };
}

async function* unpack(stream: Readable, name: string, onCutShort: () => void): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let first: Buffer = Buffer.alloc(0);
  while (first.length < 4) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    first = first.length === 0 ? value : Buffer.concat([first, value]);
  }
  const packed = packing(first);
  if (packed === null) {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
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
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) await write(next.value);
    // to end what was cut short is an error, which drops what was not taken yet
    while (unpacker.readableLength > 0 && !unpacker.destroyed) await sleep(TAKEN_POLL_MS);
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
    throw new Failure(EXIT.data, `${name} is packed with zstd, which node ${process.versions.node} cannot unpack`, {
      hint: `zstd -dc ${name} | netwatch … -r -`,
    });
  }
  return create();
}

function asFailure(error: unknown, name: string): Failure {
  if (error instanceof Failure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return new Failure(EXIT.noInput, `no such file: ${name}`, { cause: error });
  if (code === 'EACCES')
    return new Failure(EXIT.noPermission, `${name} may not be read`, { hint: 'run it with sudo', cause: error });
  if (/^Z(STD)?_/.test(code))
    return new Failure(EXIT.data, `${name} cannot be unpacked: ${messageOf(error)}`, { cause: error });
  return new Failure(EXIT.io, `${name} cannot be read: ${reasonOf(error)}`, { cause: error });
}
