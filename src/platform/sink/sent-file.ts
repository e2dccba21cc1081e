import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import { readAt } from './segment-file.ts';

/** The number of the last record that was delivered: without one that can be read, all that is there is sent again. */
export function readSent(fd: number, first: number, next: number): number {
  const bytes = readAt(fd, 0, 12);
  const known = bytes.length === 12 && bytes.readUInt32LE(8) === crc32(bytes.subarray(0, 8));
  const sent = known ? Number(bytes.readBigUInt64LE(0)) : first - 1;
  return Math.min(sent, next - 1);
}

export function writeSent(fd: number, sent: number): void {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64LE(BigInt(sent));
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 8)), 8);
  try {
    fs.writeSync(fd, bytes, 0, bytes.length, 0);
  } catch {
    // a full disk: what was sent is sent again after a restart
  }
}
