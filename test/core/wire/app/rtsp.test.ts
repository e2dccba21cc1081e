import { expect, test } from 'vitest';
import { tcpFrame, udpFrame } from '../../../support/frames.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, hex, pathOf, print } from '../../../support/wire.ts';

const SETUP = 'RTSP/1.0 200 OK\r\nTransport: RTP/AVP;unicast;client_port=3056-3057;server_port=5000-5001\r\n\r\n';

test('a reply announces the ports of RTP and RTCP', () => {
  const connection = new TcpConversation(554);
  expect(connection.client('SETUP rtsp://a/b RTSP/1.0\r\n\r\n')).toBe('tcp/rtsp');
  expect(connection.server(SETUP)).toBe('tcp/rtsp');
  expect(print(connection.packet).info.at(-1)).toBe('Reply: RTSP/1.0 200 OK');
  const path = (srcPort: number, payload: Uint8Array): string =>
    pathOf(dissectFrame(udpFrame({ srcPort, dstPort: 9000 }, [...payload]), 1, connection.dissector));
  expect(path(3056, hex('8008 0001 00000000 01020304'))).toBe('eth/ip/udp/rtp');
  expect(path(3057, hex('80c9 0001 01020304'))).toBe('eth/ip/udp/rtcp');
});

test('RTP between the messages', () => {
  const connection = new TcpConversation(554);
  connection.server('RTSP/1.0 200 OK\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n');
  const rtp = [0x24, 0, 0, 12, ...hex('8008 0001 00000000 01020304')];
  expect(connection.server([...rtp, ...rtp.slice(0, 6)])).toBe('tcp/rtsp/rtp');
  expect(connection.server(rtp.slice(6))).toBe('tcp/rtsp/rtp/tcp.segments');
  expect(connection.server([0x24, 1, 0, 8, 0x80, 201, 0, 1, 1, 2, 3, 4])).toBe('tcp/rtsp/rtcp');
  expect(connection.server([0x24, 2, 0, 1, 0])).toBe('tcp/rtsp');
});

test('a body in several segments', () => {
  const connection = new TcpConversation(8554);
  expect(connection.server('RTSP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nab')).toBe('tcp');
  expect(connection.server('cd')).toBe('tcp/rtsp/tcp.segments');
});

test('damaged segments do no harm', async () => {
  const damage: string[] = [];
  damage.push(everyPrefixAndFlip(tcpFrame({ srcPort: 554, dstPort: 40_000, flags: 0x18 }, [...Buffer.from(SETUP)])));
  damage.push(
    everyPrefixAndFlip(tcpFrame({ srcPort: 554, dstPort: 40_000, flags: 0x18 }, [0x24, 1, 0, 4, 0x80, 201, 0, 0])),
  );
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('rtsp'));
});
