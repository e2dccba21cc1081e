import fs from 'node:fs';
import type { FailedWrite, TextStream } from '../../core/output/sink.ts';

const LINE_FEED = 0x0a;

/**
 * Stdout: node's own stream, or for a file, a stream that writes everything it is given or reports how much of it the
 * disk took. Node's stream treats a partial write as complete, so when a disk fills up during the last write, nobody is
 * told.
 */
export function openStdout(): TextStream {
  try {
    if (fs.fstatSync(1).isFile()) return new FileStream(1);
  } catch {
    // it is closed, which node's stream tells of
  }
  return process.stdout;
}

/** Writes before it returns, and so never asks the caller to wait. */
export class FileStream implements TextStream {
  readonly writableLength = 0;
  private readonly fd: number;
  private readonly listeners: ((error: FailedWrite) => void)[] = [];
  private readonly taken = { bytes: 0, lines: 0, isTorn: false };

  constructor(fd: number) {
    this.fd = fd;
  }

  write(bytes: Uint8Array, done?: (error?: Error | null) => void): boolean {
    let at = 0;
    try {
      while (at < bytes.length) at += fs.writeSync(this.fd, bytes, at);
      this.count(bytes, at);
    } catch (error) {
      this.count(bytes, at);
      const failed: FailedWrite = Object.assign(error as Error, { taken: { ...this.taken } });
      for (const listener of this.listeners) listener(failed);
      done?.(failed);
      return true;
    }
    done?.();
    return true;
  }

  once(): void {}

  off(): void {}

  on(_event: 'error', listener: (error: FailedWrite) => void): void {
    this.listeners.push(listener);
  }

  private count(bytes: Uint8Array, end: number): void {
    if (end === 0) return;
    this.taken.bytes += end;
    this.taken.isTorn = bytes[end - 1] !== LINE_FEED;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0 && at < end; at = bytes.indexOf(LINE_FEED, at + 1))
      this.taken.lines++;
  }
}
