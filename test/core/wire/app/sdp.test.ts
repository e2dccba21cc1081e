import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { readSdp, wordsOf } from '../../../../src/core/wire/app/sdp.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { Packet } from '../../../../src/core/wire/packet.ts';
import { udpFrame } from '../../../support/frames.ts';
import { dissectFrame } from '../../../support/wire.ts';

/** What a flow from 10.0.0.1:port is expected to carry after the description. */
function expected(text: string, port: number): string | undefined {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  packet.bytes = Uint8Array.from(Buffer.from(text, 'latin1'));
  readSdp(packet, dissector, 0, packet.bytes.length);
  dissectFrame(udpFrame({ srcPort: port, dstPort: 9999 }, [1]), 1, dissector);
  return dissector.flows.flows[0]!.application?.name;
}

test('each stream has its ports, at the address of the session or its own', () => {
  const text =
    'v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 3000 RTP/AVP 0\r\nm=video 4000 RTP/SAVPF 96\r\nc=IN IP4 10.9.9.9\r\n';
  expect(expected(text, 3000)).toBe('rtp');
  expect(expected(text, 3001)).toBe('rtcp');
  expect(expected(text, 4000)).toBeUndefined();
});

test('RTCP has the port that is told, or that of RTP', () => {
  const text = 'c=IN IP4 10.0.0.1\nm=audio 3000 RTP/AVP 0\na=rtcp:5001\n';
  expect(expected(text, 5001)).toBe('rtcp');
  expect(expected('c=IN IP4 10.0.0.1\nm=audio 3000 RTP/AVP 0\na=rtcp-mux\n', 3001)).toBeUndefined();
});

test('streams that are refused, or no RTP, announce nothing', () => {
  expect(expected('c=IN IP4 10.0.0.1\nm=audio 0 RTP/AVP 0\n', 0)).toBeUndefined();
  expect(expected('c=IN IP4 10.0.0.1\nm=image 3000 udptl t38\n', 3000)).toBeUndefined();
  expect(expected('m=audio 3000 RTP/AVP 0\n', 3000)).toBeUndefined();
  expect(expected('c=IN IP4 x\nm=audio zz RTP/AVP\nm=', 3000)).toBeUndefined();
});

test('addresses in words', () => {
  expect(wordsOf('10.0.0.1')).toEqual([0x0a000001, 0, 0, 0]);
  expect(wordsOf('::1')).toEqual([0, 0, 0, 1]);
  expect(wordsOf('example.org')).toBeNull();
});
