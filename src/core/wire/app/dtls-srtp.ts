import { u16 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { rtp, SECURE } from './rtp.ts';

// RFC 6347, 4.2.1; RFC 8446, 4.2; RFC 5764, 4.1.
const VERSION_AND_RANDOM = 34;
const CLIENT_HELLO = 1;
const USE_SRTP = 14;
const MOST_EXTENSIONS = 64;

/** A hello in [start, end) that asks for keys for SRTP: from then on the flow carries RTP beside DTLS (RFC 7983). */
export function takesSrtp(packet: Packet, bytes: Uint8Array, start: number, end: number, type: number): void {
  const { flow } = packet;
  if (flow === null || flow.application === rtp) return;
  let at = start + VERSION_AND_RANDOM;
  at += 1 + (bytes[at] ?? 0); // session
  if (type === CLIENT_HELLO) {
    at += 1 + (bytes[at] ?? 0); // cookie
    at += 2 + u16(bytes, at); // ciphers
    at += 1 + (bytes[at] ?? 0); // compression
  } else at += 3;
  at += 2;
  for (let count = 0; at + 4 <= end && count < MOST_EXTENSIONS; count++) {
    if (u16(bytes, at) === USE_SRTP) {
      flow.application = rtp;
      flow.applicationState = SECURE;
      return;
    }
    at += 4 + u16(bytes, at + 2);
  }
}
