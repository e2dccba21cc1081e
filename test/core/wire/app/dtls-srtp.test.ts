import { expect, test } from 'vitest';
import { takesSrtp } from '../../../../src/core/wire/app/dtls-srtp.ts';
import type { Packet } from '../../../../src/core/wire/packet.ts';
import { udpFrame } from '../../../support/frames.ts';
import { dissectFrame, hex } from '../../../support/wire.ts';

const CLIENT_HELLO = 1;
// version, random, no session, no cookie, one cipher, no compression, extensions: an empty one, use_srtp
const HELLO = hex(`fefd ${'00'.repeat(32)} 00 00 0002c02b 0100 000d 00170000 000e0005 0002000100`);

function after(bytes: Uint8Array): string | undefined {
  const packet: Packet = dissectFrame(udpFrame({ srcPort: 1, dstPort: 2 }, [1]));
  takesSrtp(packet, bytes, 0, bytes.length, CLIENT_HELLO);
  return packet.flow!.application?.name;
}

test('a hello with use_srtp makes the flow one of RTP', () => {
  expect(after(HELLO)).toBe('rtp');
});

test('a hello without it, or cut, does not', () => {
  for (let length = 0; length <= HELLO.length - 9; length++) expect(after(HELLO.slice(0, length))).toBeUndefined();
});
