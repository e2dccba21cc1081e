import { EXIT, Failure } from '../failure.ts';
import { formatNumberOf } from './units.ts';

/** An error of a stream, with what was written before it, in this run, where the stream knows. */
export interface FailedWrite extends NodeJS.ErrnoException {
  readonly taken?: {
    readonly bytes: number;
    /** Lines with their end. */
    readonly lines: number;
    /** Whether the beginning of another one was written. */
    readonly isTorn: boolean;
  };
}

/** What a sink needs of a stream; `process.stdout` is one. */
export interface TextStream {
  write(bytes: Uint8Array, done?: (error?: Error | null) => void): boolean;
  once(event: 'drain', listener: () => void): unknown;
  on(event: 'error', listener: (error: FailedWrite) => void): unknown;
  off(event: 'drain', listener: () => void): unknown;
  /** Bytes that it still holds; absent where it may hold some. */
  readonly writableLength?: number;
}

/** The reader has closed the pipe: not an error, the program ends quietly with 0. */
export class OutputClosed extends Error {
  constructor() {
    super('the output was closed');
    this.name = 'OutputClosed';
  }
}

/** Where records go. Writes are gathered, and wait when the reader is slower than we are. */
export interface Sink {
  /** Adds text; resolves at once unless the reader is behind. Throws OutputClosed, or Failure 74 (disk full). */
  write(text: string): Promise<void> | undefined;
  /** The same for bytes as they are; they are handed on at once, and may not be changed before the promise resolves. */
  writeBytes(bytes: Uint8Array): Promise<void> | undefined;
  /** The same for whole lines of text; the bytes are the sink's from then on. Absent where text is wanted. */
  writeLines?(bytes: Uint8Array): Promise<void> | undefined;
  /** Whether the system has everything that was handed on, so that the caller may use its bytes again. */
  readonly isIdle?: () => boolean;
  /** Hands everything to the system and waits until it took it. */
  flush(): Promise<void>;
}

/** Big enough that a write call is rare, small enough that memory stays flat. */
const GATHERED_BYTES = 64 * 1024;
/** The most that a UTF-16 unit becomes in UTF-8. */
const MOST_UTF8_BYTES = 3;
const NOTHING = new Uint8Array(0);

/**
 * Opens a sink on a stream. It is the only writer of that stream. Each text becomes bytes as it comes: 50,000 lines take
 * 70 ms this way, and 330 ms when they are gathered as one string, which V8 must put together before it can be encoded.
 */
export function openSink(stream: TextStream): Sink {
  let gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES);
  let length = 0;
  let error: Error | null = null;
  let isText = true;
  let wake: (() => void) | null = null;
  stream.on('error', (cause) => {
    // EPIPE is a reader that went away; so is a socket reset
    error = cause.code === 'EPIPE' || cause.code === 'ECONNRESET' ? new OutputClosed() : failureOf(cause, isText);
    wake?.();
  });

  const drained = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        stream.off('drain', end);
        wake = null;
        if (error === null) resolve();
        else reject(error);
      };
      wake = end;
      stream.once('drain', end);
    });

  const send = (bytes: Uint8Array): Promise<void> | undefined => {
    const sent = stream.write(bytes);
    if (error !== null) throw error;
    return sent ? undefined : drained();
  };

  const isIdle = (): boolean => stream.writableLength === 0;

  const push = (): Promise<void> | undefined => {
    if (error !== null) throw error;
    if (length === 0) return undefined;
    const bytes = gathered.subarray(0, length);
    length = 0;
    const wait = send(bytes);
    if (!isIdle()) gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES); // the stream keeps the other until it is written
    return wait;
  };

  return {
    write(text) {
      const most = text.length * MOST_UTF8_BYTES;
      if (length + most <= GATHERED_BYTES) {
        length += gathered.write(text, length);
        return undefined;
      }
      const wait = push();
      if (most > GATHERED_BYTES) return send(Buffer.from(text)) ?? wait;
      length = gathered.write(text);
      return wait;
    },
    writeLines(bytes) {
      const wait = push();
      return send(bytes) ?? wait;
    },
    isIdle,
    writeBytes(bytes) {
      const wait = push();
      isText = false;
      return send(bytes) ?? wait;
    },
    async flush() {
      await push();
      await new Promise<void>((resolve, reject) => {
        stream.write(NOTHING, (cause) => {
          if (error !== null) reject(error);
          else if (cause)
            reject((cause as NodeJS.ErrnoException).code === 'EPIPE' ? new OutputClosed() : failureOf(cause, isText));
          else resolve();
        });
      });
      if (error !== null) throw error;
    },
  };
}

function failureOf(cause: FailedWrite, isText: boolean): Failure {
  const said = `cannot write the output: ${cause.message}`;
  const { taken } = cause;
  if (taken === undefined) return new Failure(EXIT.io, said, { cause });
  const torn = taken.isTorn ? ' and the beginning of another' : '';
  const written = isText ? formatNumberOf(taken.lines, 'whole line') + torn : formatNumberOf(taken.bytes, 'byte');
  return new Failure(EXIT.io, `${said}; what was written: ${written}`, { cause });
}
