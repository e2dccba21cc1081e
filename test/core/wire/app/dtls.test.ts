import { expect, test } from 'vitest';
import { udpFrame } from '../../../support/frames.ts';
import { dissectFrame, everyPrefixAndFlip, hex, pathOf, print } from '../../../support/wire.ts';

const ALERT = '15 fefd 0000 000000000001 0002 0228';
const CHANGE = '14 fefd 0000 000000000000 0001 01';
const frame = (text: string): Uint8Array => udpFrame({ srcPort: 40_000, dstPort: 40_001 }, [...hex(text)]);
const pathOfDatagram = (text: string): string => pathOf(dissectFrame(frame(text)));

test('records that fill a datagram are DTLS', () => {
  expect(pathOfDatagram(CHANGE + ALERT)).toBe('eth/ip/udp/dtls');
  expect(print(dissectFrame(frame(CHANGE + ALERT))).info.at(-1)).toBe('Change Cipher Spec, Alert');
});

test('a record with something else behind it is not', () => {
  expect(pathOfDatagram(`${CHANGE}00`)).toBe('eth/ip/udp');
  expect(pathOfDatagram(`${ALERT}160303000000000000000000000000`)).toBe('eth/ip/udp');
});

test('stops when short', () => {
  everyPrefixAndFlip(frame(CHANGE + ALERT));
});
