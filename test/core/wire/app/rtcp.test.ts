import { expect, test } from 'vitest';
import { udpFrame } from '../../../support/frames.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, hex, pathOf, print } from '../../../support/wire.ts';

// a receiver report without blocks, and a BYE
const COMPOUND = udpFrame({ srcPort: 5005, dstPort: 5007 }, [...hex('80c9 0001 01020304 81cb 0001 01020304')]);

test('a layer for each packet of a compound', () => {
  const packet = dissectFrame(COMPOUND);
  expect(pathOf(packet)).toBe('eth/ip/udp/rtcp/rtcp');
  expect(print(packet).info.slice(-2)).toEqual(['Receiver Report', 'Goodbye']);
  expect(print(packet).fields).toContain('Sender SSRC: 0x1020304');
});

test('a length past the end is malformed', () => {
  const packet = dissectFrame(udpFrame({ srcPort: 5005, dstPort: 5007 }, [...hex('80c9 00ff 01020304')]));
  expect(pathOf(packet)).toBe('eth/ip/udp/rtcp');
  expect(packet.malformed).toBe(true);
});

test.each(['40c9 0001 01020304', '80ca 0001 01020304', '80c9 0001 010203'])('%s is no RTCP', (text) => {
  expect(pathOf(dissectFrame(udpFrame({ srcPort: 5005, dstPort: 5007 }, [...hex(text)])))).toBe('eth/ip/udp');
});

test('damaged datagrams do no harm', async () => {
  await expect(everyPrefixAndFlip(COMPOUND)).toMatchFileSnapshot(damageFile('rtcp'));
});
