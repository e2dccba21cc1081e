import fs from 'node:fs';
import path from 'node:path';
import type { Batch, Message, Waiting } from '../../core/delivery/message.ts';
import {
  encodeRecord,
  HEAD_BYTES,
  MOST_RECORD_BYTES,
  parseRecord,
  RECORD_HEAD_BYTES,
} from '../../core/delivery/segment.ts';
import { Failure, reasonOf } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import { lockFile } from '../files/file-lock.ts';
import { type OpenSegments, openSegments, segmentName } from './open-segments.ts';
import { appendRecord, createSegment, readAt, type SegmentFile } from './segment-file.ts';
import { readSent, writeSent } from './sent-file.ts';
import { cannotUse, requireOwnFolder } from './spool-folder.ts';

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

const NO_ROOM = 'the spool was full, and the oldest made room';

/**
 * Opens the spool of a folder, for this process alone. What a process left that was killed in the middle of a record is dropped,
 * and told. Rejects with a Failure 73 for a folder that is not ours or of no use, and as lockFile does while another process has it.
 */
export async function openSpool({ folder, mostBytes, gapOf, say, clock }: SpoolRequest): Promise<Spool> {
  requireOwnFolder(folder);
  const at = (name: string): string => path.join(folder, name);
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
  const failed = (error: unknown): Failure =>
    error instanceof Failure ? error : cannotUse(folder, reasonOf(error), error);
  let position: number | null = null;
  let opened: OpenSegments;
  try {
    position = fs.openSync(at('sent'), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    await lockFile(position, at('sent'), clock);
    opened = openSegments(at, say);
  } catch (error) {
    if (position !== null) fs.closeSync(position);
    throw failed(error);
  }
  const mostSegment = Math.min(MOST_SEGMENT_BYTES, Math.floor(mostBytes / SEGMENTS));
  let wake = (): void => {};
  let dropped = 0;
  let complaint: string | null = null;

  const { segments, name, losses, next: begin } = opened;
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
    try {
      fs.rmSync(file, { force: true });
    } catch (error) {
      // it is passed over when the spool is opened again
      complain(`${file} cannot be removed: ${reasonOf(error)}`);
    }
  };
  /** Says what is wrong once while it lasts. */
  const complain = (words: string): void => {
    if (complaint !== words) say(words);
    complaint = words;
  };
  /** The oldest segment makes room; what of it was not sent is counted. */
  const dropOldest = (): void => {
    const { first } = segments[1]!;
    const from = Math.max(sent + 1, segments[0]!.first);
    if (first > from) {
      // what could not be written is counted already
      dropped += first - from - losses.countIn(from, first - 1);
      losses.merge(sent + 1, first - 1, NO_ROOM);
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
        appendRecord(active(), record);
        complaint = null;
      } catch (error) {
        dropped++;
        const reason = `the spool could not be written: ${reasonOf(error)}`;
        losses.add(number, number, reason);
        complain(`${reason}; records are dropped`);
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
        const reason = losses.reasonIn(from, to) ?? 'it was dropped from the spool';
        messages.push({ id: `${name}-${from}-${to}`, bytes: gapOf(count, reason) });
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
      losses.forget(sent);
      writeSent(position, sent);
      while (segments.length > 1 && segments[1]!.first <= sent + 1) remove();
    },
    count: () => next - 1 - sent - losses.countIn(sent + 1, next - 1),
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
