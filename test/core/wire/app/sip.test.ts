import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { udpFrame } from '../../../support/frames.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { dissectFrame, everyPrefixAndFlip, hex, pathOf, print } from '../../../support/wire.ts';

const SDP = 'v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 30000 RTP/AVP 8\r\n';
const INVITE = [
  'INVITE sip:bob@example.org SIP/2.0',
  'Content-Type: application/sdp',
  `Content-Length: ${SDP.length}`,
  '',
  SDP,
].join('\r\n');
const bytes = (text: string): number[] => [...Buffer.from(text, 'latin1')];
const frame = (text: string, port = 5060): Uint8Array => udpFrame({ srcPort: 5060, dstPort: port }, bytes(text));
const RTP = [...hex('8008 0001 00000000 01020304 ff')];

test('requests and responses', () => {
  const packet = dissectFrame(frame(INVITE));
  expect(pathOf(packet)).toBe('eth/ip/udp/sip');
  expect(print(packet).info.at(-1)).toBe('Request: INVITE sip:bob@example.org');
  expect(print(packet).fields).toContain('Content-Type: application/sdp');
  expect(print(dissectFrame(frame('SIP/2.0 180 Ringing\r\n\r\n'))).info.at(-1)).toBe('Status: 180 Ringing');
  expect(pathOf(dissectFrame(frame('\r\n\r\n')))).toBe('eth/ip/udp');
  expect(pathOf(dissectFrame(frame('hello there world\r\n')))).toBe('eth/ip/udp');
});

test('known by its first line on any port', () => {
  const packet = dissectFrame(udpFrame({ srcPort: 6000, dstPort: 6001 }, bytes('BYE sip:a SIP/2.0\r\n\r\n')));
  expect(pathOf(packet)).toBe('eth/ip/udp/sip');
});

test('the media it announces are RTP, and the port after them RTCP', () => {
  const dissector = new Dissector(REGISTRY);
  const media = (port: number, payload: readonly number[]): string =>
    pathOf(dissectFrame(udpFrame({ srcPort: port, dstPort: 7000 }, payload), 1, dissector));
  expect(media(30_002, RTP)).toBe('eth/ip/udp');
  dissectFrame(frame(INVITE), 1, dissector);
  expect(media(30_000, RTP)).toBe('eth/ip/udp/rtp');
  expect(media(30_001, [...hex('80c8 0006')])).toBe('eth/ip/udp/rtcp');
});

test('messages in TCP segments', () => {
  const connection = new TcpConversation(5060);
  expect(connection.client(INVITE.slice(0, 32))).toBe('tcp');
  expect(connection.client(INVITE.slice(32, -10))).toBe('tcp');
  expect(connection.client(INVITE.slice(-10))).toBe('tcp/sip/tcp.segments');
  expect(connection.server('SIP/2.0 100 Trying\r\nContent-Length: 0\r\n\r\nSIP/2.0 200 OK\r\n\r\n')).toBe(
    'tcp/sip/sip',
  );
});

test('whatever else comes on its TCP port goes on with a message', () => {
  expect(new TcpConversation(5060).client('no such line\r\n')).toBe('tcp/sip');
});

test('damaged datagrams do no harm', () => everyPrefixAndFlip(frame(INVITE)));
