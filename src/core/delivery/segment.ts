import { crc32 } from 'node:zlib';

/**
 * A segment is a file of a spool: a head, and records one after another. A record that was cut short, or damaged, is known by its
 * checksum. All numbers are little-endian.
 *
 *     head    8 bytes "NWSPOOL1", 8 bytes of the spool's name, 8 bytes number of the first record, 4 bytes CRC-32 of these
 *     record  4 bytes length of the text, 4 bytes CRC-32 of what follows, 8 bytes number, the text
 */
export const HEAD_BYTES = 28;
export const RECORD_HEAD_BYTES = 16;
/** A length above this is damage: a line of NDJSON has 64 KiB at most. */
export const MOST_RECORD_BYTES = 1024 * 1024;

const MAGIC = Buffer.from('NWSPOOL1', 'latin1');
const NAME_BYTES = 8;
/** The last byte of it is the version. */
const ANY_VERSION = MAGIC.subarray(0, -1);

export interface SegmentHead {
  /** The name of the spool, in hex: part of the id of each message. */
  readonly name: string;
  /** The number that the first record has, or will have. */
  readonly first: number;
}

export function encodeHead({ name, first }: SegmentHead): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.write(name, 8, NAME_BYTES, 'hex');
  head.writeBigUInt64LE(BigInt(first), 16);
  head.writeUInt32LE(crc32(head.subarray(0, 24)), 24);
  return head;
}

/** Null for a file that does not begin with a whole head. */
export function parseHead(bytes: Buffer): SegmentHead | null {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  if (bytes.readUInt32LE(24) !== crc32(bytes.subarray(0, 24))) return null;
  return { name: bytes.toString('hex', 8, 16), first: Number(bytes.readBigUInt64LE(16)) };
}

/** Whether it begins as a segment of another version of this format, which may hold what waits to be sent. */
export const isOfLaterVersion = (bytes: Buffer): boolean =>
  bytes.length >= MAGIC.length &&
  bytes.subarray(0, ANY_VERSION.length).equals(ANY_VERSION) &&
  !bytes.subarray(0, MAGIC.length).equals(MAGIC);

export function encodeRecord(number: number, text: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(RECORD_HEAD_BYTES + text.length);
  record.writeUInt32LE(text.length, 0);
  record.writeBigUInt64LE(BigInt(number), 8);
  record.set(text, RECORD_HEAD_BYTES);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  return record;
}

export interface StoredRecord {
  readonly number: number;
  /** A part of the bytes that were parsed. */
  readonly text: Buffer;
  /** Where it ends in these bytes. */
  readonly end: number;
}

/**
 * The record at an offset; null where none is whole and undamaged. `after` is the number of the record before it: numbers only
 * grow.
 */
export function parseRecord(bytes: Buffer, offset: number, after: number): StoredRecord | null {
  const left = bytes.length - offset;
  if (left < RECORD_HEAD_BYTES) return null;
  const length = bytes.readUInt32LE(offset);
  if (length > MOST_RECORD_BYTES || left < RECORD_HEAD_BYTES + length) return null;
  const end = offset + RECORD_HEAD_BYTES + length;
  if (bytes.readUInt32LE(offset + 4) !== crc32(bytes.subarray(offset + 8, end))) return null;
  const number = Number(bytes.readBigUInt64LE(offset + 8));
  if (!Number.isSafeInteger(number) || number <= after) return null;
  return { number, text: bytes.subarray(offset + RECORD_HEAD_BYTES, end), end };
}
