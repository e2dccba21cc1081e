import { u16 } from '../../bytes.ts';
import type { Packet } from '../../packet.ts';
import { rtp, SECURE } from '../rtp.ts';

// RFC 6347, 4.2.1; RFC 8446, 4.2; RFC 5764, 4.1.1.
const VERSION_AND_RANDOM = 34;
const USE_SRTP = 14;
/** Bytes of a list of one protection profile. */
const ONE_PROFILE = 2;
const MOST_EXTENSIONS = 64;
const UDP = 17;

/**
 * A ClientHello in [start, end) that asks for keys for SRTP: from then on the flow carries RTP beside DTLS (RFC 7983).
 * As in Wireshark, only one that offers a single protection profile, which is known to be the one then.
 */
export function expectSrtp(packet: Packet, bytes: Uint8Array, start: number, end: number): void {
  const { flow } = packet;
  // not where it is carried by another protocol's connection, which stays that protocol's
  if (flow === null || flow.transport !== UDP || flow.application === rtp) return;
  let at = start + VERSION_AND_RANDOM;
  at += 1 + (bytes[at] ?? 0); // session
  at += 1 + (bytes[at] ?? 0); // cookie
  at += 2 + u16(bytes, at); // ciphers
  at += 1 + (bytes[at] ?? 0); // compression
  at += 2;
  for (let count = 0; at + 4 <= end && count < MOST_EXTENSIONS; count++) {
    if (u16(bytes, at) === USE_SRTP) {
      if (at + 6 > end || u16(bytes, at + 4) !== ONE_PROFILE) return;
      flow.application = rtp;
      flow.applicationState = SECURE;
      return;
    }
    at += 4 + u16(bytes, at + 2);
  }
}
