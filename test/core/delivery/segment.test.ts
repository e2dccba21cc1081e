import { expect, test } from 'vitest';
import {
  encodeHead,
  encodeRecord,
  isOfLaterVersion,
  parseHead,
  parseRecord,
} from '../../../src/core/delivery/segment.ts';

const HEAD = { name: '00112233445566aa', first: 4_294_967_297 };

test('a head is read as it was written, and no part of it is a head', () => {
  const head = encodeHead(HEAD);
  expect(parseHead(head)).toEqual(HEAD);
  for (let length = 0; length < head.length; length++) expect(parseHead(head.subarray(0, length))).toBeNull();
});

test('a record is read as it was written, and no part of it is a record', () => {
  const record = encodeRecord(7, Buffer.from('{"type":"conn_event","process":"grün"}'));
  const read = parseRecord(record, 0, 6)!;
  expect({ number: read.number, text: read.text.toString(), end: read.end }).toEqual({
    number: 7,
    text: '{"type":"conn_event","process":"grün"}',
    end: record.length,
  });
  for (let length = 0; length < record.length; length++) {
    expect(parseRecord(record.subarray(0, length), 0, 6)).toBeNull();
  }
});

test('a bit that changed is seen wherever it is', () => {
  const whole = Buffer.concat([encodeHead(HEAD), encodeRecord(9, Buffer.from('text'))]);
  for (let at = 0; at < whole.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const bad = Buffer.from(whole);
      bad[at]! ^= 1 << bit;
      const isRead = parseHead(bad) !== null && parseRecord(bad, 28, 0) !== null;
      expect(isRead, `bit ${bit} of byte ${at}`).toBe(false);
    }
  }
});

test('numbers only grow', () => {
  const record = encodeRecord(7, Buffer.from('x'));
  expect(parseRecord(record, 0, 7)).toBeNull();
  expect(parseRecord(record, 0, 6)?.number).toBe(7);
});

test('a head of a later version is known as one, and no other bytes are', () => {
  const head = encodeHead(HEAD);
  expect(isOfLaterVersion(head)).toBe(false);
  head.write('2', 7, 'latin1');
  expect([isOfLaterVersion(head), parseHead(head)]).toEqual([true, null]);
  for (let length = 0; length < 8; length++) expect(isOfLaterVersion(head.subarray(0, length))).toBe(false);
  expect(isOfLaterVersion(Buffer.from('nothing of the kind'))).toBe(false);
});
