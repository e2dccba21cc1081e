import { readFileSync } from 'node:fs';
import path from 'node:path';
import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import type { TlsSecrets } from '../../src/core/wire/app/tls/tls-secrets.ts';
import { Dissector } from '../../src/core/wire/dissector.ts';
import { Packet } from '../../src/core/wire/packet.ts';

const FOLDER = path.join(import.meta.dirname, '../captures');
const FILE_HEADER = 24;
const RECORD = 16;

export const QUIC_CAPTURES = ['quic-chacha20', 'quic-early', 'quic-key-update', 'quic-migration'] as const;
export type QuicCapture = (typeof QUIC_CAPTURES)[number];

export const captureFile = (name: QuicCapture): string => path.join(FOLDER, `${name}.pcap`);
export const keysFile = (name: QuicCapture): string => path.join(FOLDER, `${name}.keys`);

/** The secrets of a key log; `change` may make others of them. */
export function secretsOf(name: QuicCapture, change = (secret: Uint8Array): Uint8Array => secret): TlsSecrets {
  const secrets = new Map<string, Uint8Array>();
  for (const line of readFileSync(keysFile(name), 'latin1').split('\n')) {
    const [label, random, secret] = line.split(' ');
    if (secret !== undefined) secrets.set(`${label} ${random}`, change(Uint8Array.from(Buffer.from(secret, 'hex'))));
  }
  return { find: (label, random) => secrets.get(`${label} ${Buffer.from(random).toString('hex')}`) ?? null };
}

/** One frame of a pcap file. */
export interface Recorded {
  readonly bytes: Uint8Array;
  readonly seconds: number;
  readonly nanoseconds: number;
}

export function framesOf(name: QuicCapture): Recorded[] {
  const file = readFileSync(captureFile(name));
  const frames: Recorded[] = [];
  for (let at = FILE_HEADER; at < file.length; ) {
    const next = at + RECORD + file.readUInt32LE(at + 8);
    const bytes = Uint8Array.from(file.subarray(at + RECORD, next));
    frames.push({ bytes, seconds: file.readUInt32LE(at), nanoseconds: file.readUInt32LE(at + 4) * 1000 });
    at = next;
  }
  return frames;
}

/** Dissects the frames in their order; throws what a protocol threw. */
export function eachDissected(
  frames: readonly Recorded[],
  secrets: TlsSecrets | null,
  take: (packet: Packet) => void,
  dissector: Dissector = new Dissector(REGISTRY, { secrets }),
): void {
  const packet = new Packet();
  for (const { bytes, seconds, nanoseconds } of frames) {
    packet.begin(bytes, 0, bytes.length, bytes.length, seconds, nanoseconds, 0, 1);
    dissector.dissect(packet);
    if (dissector.faults.firstError !== null) throw dissector.faults.firstError;
    take(packet);
  }
}
