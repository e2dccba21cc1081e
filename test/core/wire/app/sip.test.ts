import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { udpFrame } from '../../../support/frames.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, hex, pathOf, print } from '../../../support/wire.ts';

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

/** What each message is, as `capture` prints it, when the client sends the stream in these pieces. */
function readIn(pieces: readonly string[], port = 5060): string[] {
  const connection = new TcpConversation(port);
  return pieces.flatMap((piece) => {
    connection.client(piece);
    const { packet } = connection;
    const sip = REGISTRY.byName.get('sip')!;
    const layers = Array.from({ length: packet.layerCount }, (_, layer) => layer);
    return layers.filter((layer) => packet.layerProtocol[layer] === sip.id).map((layer) => sip.info!(packet, layer));
  });
}

const CALL = [INVITE, 'SIP/2.0 180 Ringing\r\nl: 0\r\n\r\n', "X-._!%*+`'~9 sips:b SIP/2.0\r\nl: 0\r\n\r\n"];
const CALL_LINES = ['Request: INVITE sip:bob@example.org', 'Status: 180 Ringing', "Request: X-._!%*+`'~9 sips:b"];

test('wherever segments are cut, messages over TCP are read whole, once', () => {
  const stream = CALL.join('\r\n');
  for (let first = 1; first < stream.length; first++) {
    for (const second of [first + 1, first + 7, stream.length]) {
      const pieces = [stream.slice(0, first), stream.slice(first, second), stream.slice(second)].filter(
        (one) => one !== '',
      );
      expect([first, second, ...readIn(pieces)]).toEqual([first, second, ...CALL_LINES]);
    }
  }
  expect(readIn([...stream])).toEqual(CALL_LINES);
});

test('on other ports a request line may be cut behind the scheme of its URI', () => {
  for (let cut = 'INVITE sip:'.length; cut < INVITE.length; cut++) {
    expect([cut, ...readIn([INVITE.slice(0, cut), INVITE.slice(cut)], 6000)]).toEqual([cut, CALL_LINES[0]]);
  }
  expect(readIn(['INFO sips:b', ' SIP/2.0\r\nl: 0\r\n\r\n'], 6000)).toEqual(['Request: INFO sips:b']);
  expect(readIn(['INFO tel:1', ' SIP/2.0\r\nl: 0\r\n\r\n'], 6000)).toEqual([]);
});

test.each([
  [' INVITE sip:b'],
  ['INVITE  sip:b'],
  ['INVITE sip SIP/2'],
  ['INVITE sip:b SIX'],
  ['INV(TE sip:b'],
  ['SIX/2.0 180'],
  ['INVITE sip:b\u0000'],
  ['INVITE\rsip:b'],
  [`A sip:${'x'.repeat(8 * 1024 - 5)}`],
])('what is no beginning of a first line is not waited for: %j', (text) => {
  expect(new TcpConversation(5060).client(text)).toBe('tcp/sip');
});

test('a first line is waited for as far as 8 KiB', () => {
  expect(new TcpConversation(5060).client(`A sip:${'x'.repeat(8 * 1024 - 6)}`)).toBe('tcp');
});

test('whatever else comes on its TCP port goes on with a message', () => {
  expect(new TcpConversation(5060).client('no such line\r\n')).toBe('tcp/sip');
});

test('damaged datagrams do no harm', async () => {
  await expect(everyPrefixAndFlip(frame(INVITE))).toMatchFileSnapshot(damageFile('sip'));
});
