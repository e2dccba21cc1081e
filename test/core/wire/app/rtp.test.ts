import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { rtp, SECURE } from '../../../../src/core/wire/app/rtp.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { udpFrame } from '../../../support/frames.ts';
import { dissectFrame, hex, pathOf, print } from '../../../support/wire.ts';

const RTP = hex('8008 6fae 000004d8 3796cb71 d5d5d5d5');
const BINDING = hex('0001 0000 2112a442 000102030405060708090a0b');
const RECORD = hex('17fefd 0001 000000000001 0002 abcd');
const frame = (payload: Uint8Array): Uint8Array => udpFrame({ srcPort: 30_000, dstPort: 40_392 }, [...payload]);

function announced(secure = false): Dissector {
  const dissector = new Dissector(REGISTRY);
  dissector.flows.expectations.add(17, [0x0a000001, 0, 0, 0], 30_000, rtp);
  dissectFrame(frame(RTP), 1, dissector);
  if (secure) dissector.flows.flows[0]!.applicationState = SECURE;
  return dissector;
}

test('RTP is found only where it was announced', () => {
  expect(pathOf(dissectFrame(frame(RTP)))).toBe('eth/ip/udp');
  const packet = dissectFrame(frame(RTP), 1, announced());
  expect(pathOf(packet)).toBe('eth/ip/udp/rtp');
  expect(print(packet).info.at(-1)).toBe('PT=ITU-T G.711 PCMA, SSRC=0x3796CB71, Seq=28590, Time=1240');
});

test('STUN, DTLS and RTCP on the same port (RFC 7983)', () => {
  const path = (payload: Uint8Array, secure?: boolean): string =>
    pathOf(dissectFrame(frame(payload), 1, announced(secure)));
  expect(path(BINDING)).toBe('eth/ip/udp/rtp/stun');
  expect(path(RECORD)).toBe('eth/ip/udp/rtp/dtls');
  expect(path(hex('80c9 0001 01020304'))).toBe('eth/ip/udp/rtcp');
  expect(path(hex('80c9 0001 01020304'), true)).toBe('eth/ip/udp/srtcp');
});

test('damaged datagrams do no harm', () => {
  for (const payload of [RTP, BINDING, RECORD]) {
    for (let length = 0; length <= payload.length; length++) {
      print(dissectFrame(frame(payload.slice(0, length)), 1, announced()));
      const flipped = payload.slice();
      if (length < payload.length) flipped[length]! ^= 0xff;
      print(dissectFrame(frame(flipped), 1, announced()));
    }
  }
  expect(dissectFrame(frame(RTP.slice(0, 5)), 1, announced()).malformed).toBe(true);
});
