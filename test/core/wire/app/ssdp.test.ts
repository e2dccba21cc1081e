import { expect, test } from 'vitest';
import { udpFrame } from '../../../support/frames.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, pathOf, print } from '../../../support/wire.ts';

const datagram = (text: string): Uint8Array =>
  udpFrame({ srcPort: 50_000, dstPort: 1900 }, [...Buffer.from(text, 'latin1')]);
const SEARCH = datagram('M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n');

test('a search is one message, told by its first line', () => {
  const packet = dissectFrame(SEARCH);
  expect(pathOf(packet)).toBe('eth/ip/udp/ssdp');
  expect(packet.messageCount).toBe(1);
  expect(print(packet).info.at(-1)).toBe('M-SEARCH * HTTP/1.1');
  expect(print(packet).fields).toContain('HOST: 239.255.255.250:1900');
});

test('what is no header is no SSDP', () => {
  expect(pathOf(dissectFrame(datagram('hello')))).toBe('eth/ip/udp');
  expect(pathOf(dissectFrame(datagram('\0\x01')))).toBe('eth/ip/udp');
});

test('damaged datagrams do no harm', async () => {
  await expect(everyPrefixAndFlip(SEARCH)).toMatchFileSnapshot(damageFile('ssdp'));
});
