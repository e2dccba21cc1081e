import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { Losses } from '../../core/delivery/losses.ts';
import { HEAD_BYTES, RECORD_HEAD_BYTES } from '../../core/delivery/segment.ts';
import { createSegment, endOf, openSegment, type SegmentFile } from './segment-file.ts';

const SEGMENT_NAME = /^[0-9]{16}\.seg$/;

export const segmentName = (first: number): string => `${String(first).padStart(16, '0')}.seg`;

/** The segments of a spool; the last of them is written to. */
export interface OpenSegments {
  readonly segments: SegmentFile[];
  /** The name of the spool. */
  readonly name: string;
  /** The number that the next record has. */
  readonly next: number;
  /** What is missing behind the last record. */
  readonly losses: Losses;
}

/**
 * The segments of a folder, made where there are none; what does not belong to them is dropped and told. Throws as openSegment
 * and createSegment do.
 */
export function openSegments(at: (name: string) => string, say: (line: string) => void): OpenSegments {
  const losses = new Losses();
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
    return { segments: [createSegment(at(segmentName(1)), { name, first: 1 })], name, losses, next: 1 };
  }
  const { last, end, rest } = endOf(tail);
  if (rest === 'nothing') return { segments, name, losses, next: last + 1 };
  say(`${tail.file}: ${rest} at ${end} of ${tail.bytes} bytes is dropped`);
  if (rest === 'a record cut short') {
    fs.ftruncateSync(tail.fd, end);
    tail.bytes = end;
    // its number stays free, which tells of it
    losses.add(last + 1, last + 1, 'a record in the spool was cut short: netwatch was killed while it wrote it');
    return { segments, name, losses, next: last + 2 };
  }
  // as many may have been in what is left
  const next = last + 1 + Math.ceil((tail.bytes - end) / RECORD_HEAD_BYTES);
  losses.add(last + 1, next - 1, 'the spool was damaged');
  segments.push(createSegment(at(segmentName(next)), { name, first: next }));
  return { segments, name, losses, next };
}
