import { EXIT, Failure } from '../failure.ts';

/** Longest frame a reader takes for real; dumpcap and tshark draw the line there too (WTAP_MAX_PACKET_SIZE_STANDARD). */
export const LONGEST_FRAME = 262_144;

/** Frames in a row without bytes, length and time, 64 KiB of zeros: these are no packets, and may have no end. */
export const MOST_EMPTY_FRAMES = 4096;

/** The input is no capture at all: exit 65. */
export function notACapture(name: string, why: string): Failure {
  return new Failure(EXIT.data, `${name} is not a capture: ${why}`, {
    hint: 'netwatch reads pcap and pcapng, compressed with gzip or not',
  });
}

/** A pack that was cut short between two frames. */
export const PACK_CUT = 'cut short: the compressed data ends too early';
