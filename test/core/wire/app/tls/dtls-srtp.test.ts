import { expect, test } from 'vitest';
import { expectSrtp } from '../../../../../src/core/wire/app/tls/dtls-srtp.ts';
import type { Packet } from '../../../../../src/core/wire/packet.ts';
import { udpFrame } from '../../../../support/frames.ts';
import { dissectFrame, hex } from '../../../../support/wire.ts';

// version, random, no session, no cookie, one cipher, no compression, extensions: an empty one, use_srtp
const BEFORE = `fefd ${'00'.repeat(32)} 00 00 0002c02b 0100`;
const HELLO = hex(`${BEFORE} 000d 00170000 000e0005 0002000100`);
const OFFERING_TWO = hex(`${BEFORE} 000f 00170000 000e0007 00040001000700`);

function after(bytes: Uint8Array): string | undefined {
  const packet: Packet = dissectFrame(udpFrame({ srcPort: 1, dstPort: 2 }, [1]));
  expectSrtp(packet, bytes, 0, bytes.length);
  return packet.flow!.application?.name;
}

test('a hello with use_srtp makes the flow one of RTP', () => {
  expect(after(HELLO)).toBe('rtp');
});

test('one that offers several profiles does not: Wireshark does not know then which is taken', () => {
  expect(after(OFFERING_TWO)).toBeUndefined();
});

test('a hello without it, or cut, does not', () => {
  for (let length = 0; length <= HELLO.length - 9; length++) expect(after(HELLO.slice(0, length))).toBeUndefined();
});
