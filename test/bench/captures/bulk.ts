import type { FloodFile } from '../../support/flood.ts';
import { ephemeral } from './ephemeral.ts';

const SYN = 0x02;
const ACK = 0x10;
const PUSH_ACK = 0x18;
const SEGMENT = 1448;
const DOWNLOADS = 100;
const SERVERS = 8;
/** Segments of a response. */
const OBJECT = 180;

/** A hundred downloads at once, half of them by HTTP and half in records of TLS: full segments, and an ACK for each second one. */
export function writeBulk(file: FloodFile, packets: number): void {
  const downloads = Array.from({ length: DOWNLOADS }, (_, number) => downloadOf(file, number));
  for (let left = packets; left > 0; ) {
    for (const download of downloads) {
      if (left-- <= 0) return;
      download.next();
    }
  }
}

/** One connection, a packet a call. */
function* downloadOf(file: FloodFile, number: number): Generator<void> {
  const isTls = number % 2 === 1;
  const client = ephemeral(number);
  const server = { host: 10 + (number % SERVERS), port: isTls ? 443 : 80 };
  const request = isTls
    ? APPLICATION_DATA(200)
    : Buffer.from(`GET /${number}.iso HTTP/1.1\r\nHost: mirror.example\r\n\r\n`);
  const head = Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n');
  const segment = Buffer.alloc(SEGMENT);
  let [asked, sent, left] = [1, 1, 0];
  file.tcp(client, server, SYN, 0, 0);
  yield;
  file.tcp(server, client, SYN | ACK, 0, 1);
  yield;
  file.tcp(client, server, ACK, 1, 1);
  yield;
  for (;;) {
    file.tcp(client, server, PUSH_ACK, asked, sent, request);
    asked += request.length;
    yield;
    for (let count = 0; count < OBJECT; count++) {
      segment.fill(count & 255);
      if (isTls) left = cutRecords(segment, left);
      else if (count === 0) headOf(head).copy(segment);
      file.tcp(server, client, ACK, sent, asked, segment);
      sent += SEGMENT;
      yield;
      if (count % 2 === 0) continue;
      file.tcp(client, server, ACK, asked, sent);
      yield;
    }
  }
}

/** The head of a response whose end is that of its last segment. */
function headOf(fields: Buffer): Buffer {
  const length = (body: number): Buffer => Buffer.concat([fields, Buffer.from(`Content-Length: ${body}\r\n\r\n`)]);
  return length(OBJECT * SEGMENT - length(OBJECT * SEGMENT).length);
}

const RECORD = 16_384;

/** Headers of records of full length where they fall in a segment; returns what is left of the last one. */
function cutRecords(segment: Buffer, left: number): number {
  let at = left;
  for (; at + 5 <= segment.length; at += RECORD + 5) {
    segment.set([23, 3, 3, RECORD >> 8, RECORD & 255], at);
  }
  // a header is never cut: the bytes before the end of a segment that it would not fit in belong to the record before
  return Math.max(0, at - segment.length);
}

const APPLICATION_DATA = (length: number): Buffer =>
  Buffer.concat([Buffer.from([23, 3, 3, length >> 8, length & 255]), Buffer.alloc(length, 7)]);
