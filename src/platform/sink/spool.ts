import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Batch, Message, Waiting } from '../../core/delivery/message.ts';
import {
  encodeRecord,
  HEAD_BYTES,
  MOST_RECORD_BYTES,
  parseRecord,
  RECORD_HEAD_BYTES,
} from '../../core/delivery/segment.ts';
import { reasonOf } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import { lockFile } from '../files/file-lock.ts';
import { createSegment, endOf, openSegment, readAt, type SegmentFile } from './segment-file.ts';
import { requireOwnFolder } from './spool-folder.ts';

/** Records that wait in a folder until they are sent: they outlive this process, however it ends. */
export interface Spool extends Waiting {
  /** Adds a record. It is in a file when this returns; where there is no room for it, it is counted as dropped. */
  append(text: Uint8Array): void;
  /** Records that were dropped in this run: the oldest, for new ones, and those for which the disk had no room. */
  dropped(): number;
  /** Waits until all of it is on the disk, as far as the disk tells. */
  sync(): void;
  close(): void;
}

export interface SpoolRequest {
  readonly folder: string;
  readonly mostBytes: number;
  /** The record that stands for others that are missing; `dropped` is null when their number is not known. */
  readonly gapOf: (dropped: number | null, reason: string) => Uint8Array;
  readonly say: (line: string) => void;
  readonly clock: Clock;
}

/** The smallest spool: eight segments of the smallest size. */
export const LEAST_SPOOL_BYTES = 512 * 1024;
const SEGMENTS = 8;
const MOST_SEGMENT_BYTES = 4 * 1024 * 1024;
const MOST_BATCH_BYTES = 512 * 1024;
const SEGMENT_NAME = /^[0-9]{16}\.seg$/;

const NO_ROOM = 'the spool was full, and the oldest made room';

/**
 * Opens the spool of a folder, for this process alone. What a process left that was killed in the middle of a record is dropped,
 * and told. Rejects with a Failure 73 for a folder that is not ours, and as lockFile does while another process has it.
 */
export async function openSpool({ folder, mostBytes, gapOf, say, clock }: SpoolRequest): Promise<Spool> {
  requireOwnFolder(folder);
  const at = (name: string): string => path.join(folder, name);
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
  const position = fs.openSync(at('sent'), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    await lockFile(position, at('sent'), clock);
  } catch (error) {
    fs.closeSync(position);
    throw error;
  }
  const mostSegment = Math.min(MOST_SEGMENT_BYTES, Math.floor(mostBytes / SEGMENTS));
  /** Why records are missing, by the number of the first of them. */
  const reasons = new Map<number, string>();
  let wake = (): void => {};
  let dropped = 0;
  let complaint: string | null = null;

  const { segments, name, next: begin } = openSegments(at, say, reasons);
  let next = begin;
  let sent = readSent(position, segments[0]!.first, next);
  // what is dropped before anything was sent is told too
  writeSent(position, sent);
  let place = { segment: 0, offset: 0 };
  const active = (): SegmentFile => segments.at(-1)!;
  const total = (): number => segments.reduce((sum, { bytes }) => sum + bytes, 0);

  /** Begins a segment whose first record will have that number. */
  const rotate = (number: number): void => {
    fs.fdatasyncSync(active().fd);
    segments.push(createSegment(at(segmentName(number)), { name, first: number }));
  };
  const remove = (): void => {
    const { fd, file } = segments.shift()!;
    fs.closeSync(fd);
    fs.rmSync(file, { force: true });
  };
  /** The oldest segment makes room; what of it was not sent is counted. */
  const dropOldest = (): void => {
    const { first } = segments[1]!;
    const from = Math.max(sent + 1, segments[0]!.first);
    if (first > from) {
      dropped += first - from;
      reasons.set(sent + 1, NO_ROOM);
    }
    remove();
  };

  const sync = (): void => {
    fs.fdatasyncSync(active().fd);
    fs.fdatasyncSync(position);
  };

  return {
    append(text) {
      const number = next++;
      const record = encodeRecord(number, text);
      try {
        if (text.length > MOST_RECORD_BYTES) throw new Error(`a record has ${text.length} bytes`);
        if (active().bytes > HEAD_BYTES && active().bytes + record.length > mostSegment) rotate(number);
        while (total() + record.length > mostBytes && segments.length > 1) dropOldest();
        write(active(), record);
        complaint = null;
      } catch (error) {
        dropped++;
        const reason = `the spool could not be written: ${reasonOf(error)}`;
        reasons.set(number, reason);
        if (complaint !== reason) say(`${reason}; records are dropped`);
        complaint = reason;
        return;
      }
      wake();
    },
    first(most) {
      const messages: Message[] = [];
      let expected = sent + 1;
      let bytes = 0;
      let here = placeOf();
      const tell = (from: number, to: number, count: number | null): void => {
        const known = [...reasons].filter(([number]) => number >= from && number <= to).map(([, reason]) => reason);
        messages.push({
          id: `${name}-${from}-${to}`,
          bytes: gapOf(count, known[0] ?? 'it was dropped from the spool'),
        });
      };
      while (messages.length < most && bytes < MOST_BATCH_BYTES) {
        const index = segments.findIndex(({ first }) => first === here.segment);
        const segment = segments[index]!;
        if (here.offset >= segment.bytes) {
          const following = segments[index + 1];
          if (following === undefined) break;
          here = { segment: following.first, offset: HEAD_BYTES };
          continue;
        }
        const left = segment.bytes - here.offset;
        const chunk = readAt(segment.fd, here.offset, Math.min(left, CHUNK_BYTES));
        let end = 0;
        for (let one = parseRecord(chunk, 0, -1); one !== null; one = parseRecord(chunk, end, one.number)) {
          end = one.end;
          // what was sent before, and forgotten to be noted
          if (one.number < expected) continue;
          if (one.number > expected) tell(expected, one.number - 1, one.number - expected);
          expected = one.number + 1;
          messages.push({ id: `${name}-${one.number}`, bytes: one.text });
          bytes += one.text.length;
          if (messages.length >= most || bytes >= MOST_BATCH_BYTES) break;
        }
        if (end > 0) {
          here = { segment: segment.first, offset: here.offset + end };
          continue;
        }
        // no record begins here, though one should
        if (index === segments.length - 1) rotate(next);
        const { first } = segments[index + 1]!;
        if (first > expected) tell(expected, first - 1, null);
        expected = Math.max(expected, first);
        here = { segment: first, offset: HEAD_BYTES };
      }
      return { messages, upTo: expected - 1, next: here };
    },
    some(signal) {
      return new Promise((resolve) => {
        const end = (): void => {
          wake = () => {};
          signal.removeEventListener('abort', end);
          resolve();
        };
        wake = end;
        signal.addEventListener('abort', end, { once: true });
        if (signal.aborted) end();
      });
    },
    settle({ upTo, next: here }: Batch) {
      if (upTo <= sent) return;
      sent = upTo;
      place = here;
      for (const number of reasons.keys()) if (number <= sent) reasons.delete(number);
      writeSent(position, sent);
      while (segments.length > 1 && segments[1]!.first <= sent + 1) remove();
    },
    count: () => next - 1 - sent,
    dropped: () => dropped,
    sync,
    close() {
      try {
        sync();
      } catch (error) {
        say(`the spool is not sure to be on the disk: ${reasonOf(error)}`);
      }
      for (const { fd } of segments) fs.closeSync(fd);
      fs.closeSync(position);
    },
  };

  /** Where the first record that waits is, or one before it. */
  function placeOf(): { segment: number; offset: number } {
    if (segments.some(({ first }) => first === place.segment)) return place;
    return { segment: segments[0]!.first, offset: HEAD_BYTES };
  }
}

/** A record of the largest size, with its head. */
const CHUNK_BYTES = MOST_RECORD_BYTES + RECORD_HEAD_BYTES;

const segmentName = (first: number): string => `${String(first).padStart(16, '0')}.seg`;

/** The segments of a folder, the last of them ready to be written to, and the number that the next record has. */
function openSegments(
  at: (name: string) => string,
  say: (line: string) => void,
  reasons: Map<number, string>,
): { segments: SegmentFile[]; name: string; next: number } {
  const segments: SegmentFile[] = [];
  let name: string | null = null;
  for (const file of fs
    .readdirSync(at('.'))
    .filter((one) => SEGMENT_NAME.test(one))
    .sort()) {
    const segment = openSegment(at(file));
    if (segment === null || segment.first <= (segments.at(-1)?.first ?? 0)) {
      // one without records was created by a process that was killed before it could begin it
      if (fs.lstatSync(at(file)).size > HEAD_BYTES) say(`${at(file)} is damaged: what waited in it is lost`);
      fs.rmSync(at(file), { force: true });
      continue;
    }
    name = segment.name;
    segments.push(segment);
  }
  name ??= randomBytes(8).toString('hex');
  const tail = segments.at(-1);
  if (tail === undefined) {
    return { segments: [createSegment(at(segmentName(1)), { name, first: 1 })], name, next: 1 };
  }
  const { last, end, rest } = endOf(tail);
  if (rest === 'nothing') return { segments, name, next: last + 1 };
  say(`${tail.file}: ${rest} at ${end} of ${tail.bytes} bytes is dropped`);
  if (rest === 'a record cut short') {
    fs.ftruncateSync(tail.fd, end);
    tail.bytes = end;
    // its number stays free, which tells of it
    reasons.set(last + 1, 'a record in the spool was cut short: netwatch was killed while it wrote it');
    return { segments, name, next: last + 2 };
  }
  reasons.set(last + 1, 'the spool was damaged');
  // as many may have been in what is left
  const next = last + 1 + Math.ceil((tail.bytes - end) / RECORD_HEAD_BYTES);
  segments.push(createSegment(at(segmentName(next)), { name, first: next }));
  return { segments, name, next };
}

/** Writes a record at the end of a segment, or nothing. */
function write(segment: SegmentFile, record: Buffer): void {
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

/** The number of the last record that was delivered: without one that can be read, all that is there is sent again. */
function readSent(fd: number, first: number, next: number): number {
  const bytes = readAt(fd, 0, 12);
  const known = bytes.length === 12 && bytes.readUInt32LE(8) === crc32(bytes.subarray(0, 8));
  const sent = known ? Number(bytes.readBigUInt64LE(0)) : first - 1;
  return Math.min(sent, next - 1);
}

function writeSent(fd: number, sent: number): void {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64LE(BigInt(sent));
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 8)), 8);
  try {
    fs.writeSync(fd, bytes, 0, bytes.length, 0);
  } catch {
    // a full disk: what was sent is sent again after a restart
  }
}
