import fs from 'node:fs';
import path from 'node:path';
import {
  encodeHead,
  HEAD_BYTES,
  isOfLaterVersion,
  parseHead,
  parseRecord,
  type SegmentHead,
} from '../../core/delivery/segment.ts';
import { cannotUse } from './spool-folder.ts';

/** A segment of a spool that is open. */
export interface SegmentFile {
  readonly file: string;
  readonly fd: number;
  readonly first: number;
  /** How many bytes of it are whole records, and its head. */
  bytes: number;
}

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** Creates a segment that only its owner can read. Throws the system's error, and leaves no file then. */
export function createSegment(file: string, head: SegmentHead): SegmentFile {
  const fd = fs.openSync(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  const bytes = encodeHead(head);
  try {
    if (fs.writeSync(fd, bytes, 0, bytes.length, 0) !== bytes.length) throw new Error('the disk is full');
  } catch (error) {
    fs.closeSync(fd);
    fs.rmSync(file, { force: true });
    throw error;
  }
  return { file, fd, first: head.first, bytes: bytes.length };
}

/** Opens a segment that is there; null when it does not begin as one. Throws the system's error, and a Failure 73 for one of a later version. */
export function openSegment(file: string): (SegmentFile & { readonly name: string }) | null {
  const fd = fs.openSync(file, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  const stat = fs.fstatSync(fd);
  const bytes = stat.isFile() ? readAt(fd, 0, HEAD_BYTES) : Buffer.alloc(0);
  const head = parseHead(bytes);
  if (head !== null) return { file, fd, first: head.first, name: head.name, bytes: stat.size };
  fs.closeSync(fd);
  if (isOfLaterVersion(bytes)) throw cannotUse(path.dirname(file), 'a later version of netwatch wrote it');
  return null;
}

/** Up to so many bytes at an offset. */
export function readAt(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const got = fs.readSync(fd, bytes, read, length - read, offset + read);
    if (got === 0) break;
    read += got;
  }
  return bytes.subarray(0, read);
}

/** How a segment ends: the number of its last whole record, where that ends, and what comes after it. */
export interface SegmentEnd {
  readonly last: number;
  readonly end: number;
  readonly rest: 'nothing' | 'a record cut short' | 'damage';
}

export function endOf({ fd, first, bytes }: SegmentFile): SegmentEnd {
  const all = readAt(fd, 0, bytes);
  let last = first - 1;
  let end = HEAD_BYTES;
  for (let one = parseRecord(all, end, last); one !== null; one = parseRecord(all, end, last)) {
    last = one.number;
    end = one.end;
  }
  if (end === all.length) return { last, end, rest: 'nothing' };
  // what is cut short lacks its end; what has one and is wrong is damaged, and so may be what follows
  const left = all.length - end;
  const isCut = left < 4 || all.readUInt32LE(end) + 16 > left;
  return { last, end, rest: isCut ? 'a record cut short' : 'damage' };
}

/** Writes a record at the end of a segment, or nothing. Throws the system's error. */
export function appendRecord(segment: SegmentFile, record: Buffer): void {
  let written = 0;
  try {
    while (written < record.length) {
      const some = fs.writeSync(segment.fd, record, written, record.length - written, segment.bytes + written);
      if (some === 0) throw new Error('the disk is full');
      written += some;
    }
  } catch (error) {
    if (written > 0) fs.ftruncateSync(segment.fd, segment.bytes);
    throw error;
  }
  segment.bytes += record.length;
}
