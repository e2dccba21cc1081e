import { createCipheriv, createDecipheriv } from 'node:crypto';
import { HmacKey, hkdfLabel } from './quic-hkdf.ts';
import type { QuicVersion } from './quic-version.ts';

/** Keys of one direction of Initial packets (RFC 9001, 5.1). */
export interface InitialKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly headerProtection: Uint8Array;
}

const TAG = 16;
const SAMPLE = 16;
/** Bytes from the packet number to the sample that protects the header (RFC 9001, 5.4.2). */
const TO_SAMPLE = 4;

const CLIENT_LABEL = hkdfLabel('client in', 32);
const SERVER_LABEL = hkdfLabel('server in', 32);

/** Connections whose keys are remembered: those whose packets come one after the other; a power of two. */
const MOST_RECENT = 64;

/** What the keys of a connection are made of: the version, and the id the client chose first, a character a byte (RFC 9001, 5.2). */
class RecentKeys {
  readonly version: QuicVersion;
  readonly id: string;
  private readonly common: HmacKey;
  private client: InitialKeys | null = null;
  private server: InitialKeys | null = null;

  constructor(version: QuicVersion, id: string) {
    this.version = version;
    this.id = id;
    this.common = new HmacKey(version.salt.sign(Buffer.from(id, 'latin1')));
  }

  of(side: 'client' | 'server'): InitialKeys {
    if (side === 'client') {
      this.client ??= this.make(CLIENT_LABEL);
      return this.client;
    }
    this.server ??= this.make(SERVER_LABEL);
    return this.server;
  }

  private make(label: Uint8Array): InitialKeys {
    const own = new HmacKey(this.common.sign(label));
    const { key, iv, headerProtection } = this.version.labels;
    return { key: own.sign(key, 16), iv: own.sign(iv, 12), headerProtection: own.sign(headerProtection, 16) };
  }
}

const recent: (RecentKeys | undefined)[] = new Array<undefined>(MOST_RECENT);

/**
 * The keys of one side of the connection that the client began with this destination id (latin1). The two or three packets
 * that bring its hellos share them: made once, they take 6 µs less a packet.
 */
export function initialKeys(version: QuicVersion, id: string, side: 'client' | 'server'): InitialKeys {
  const at = placeOf(id);
  let keys = recent[at];
  if (keys === undefined || keys.version !== version || keys.id !== id) {
    keys = new RecentKeys(version, id);
    recent[at] = keys;
  }
  return keys.of(side);
}

function placeOf(id: string): number {
  let sum = id.length;
  for (let index = 0; index < id.length; index++) sum = (sum * 31 + id.charCodeAt(index)) | 0;
  return sum & (MOST_RECENT - 1);
}

/**
 * The payload of an Initial packet: header in [start, number), packet number and payload in [number, end). Null when the
 * keys do not fit (RFC 9001, 5.3 and 5.4).
 */
export function decryptInitial(
  keys: InitialKeys,
  bytes: Uint8Array,
  start: number,
  number: number,
  end: number,
): Uint8Array | null {
  if (end - number < TO_SAMPLE + SAMPLE) return null;
  const cipher = createCipheriv('aes-128-ecb', keys.headerProtection, null).setAutoPadding(false);
  const mask = cipher.update(bytes.subarray(number + TO_SAMPLE, number + TO_SAMPLE + SAMPLE));
  const first = bytes[start]! ^ (mask[0]! & 0x0f);
  const length = (first & 3) + 1;
  if (end - number < length + TAG) return null;
  const header = Buffer.from(bytes.subarray(start, number + length));
  header[0] = first;
  const nonce = Buffer.from(keys.iv);
  for (let index = 0; index < length; index++) {
    const at = number - start + index;
    header[at]! ^= mask[1 + index]!;
    nonce[12 - length + index]! ^= header[at]!;
  }
  const decipher = createDecipheriv('aes-128-gcm', keys.key, nonce);
  decipher.setAAD(header);
  decipher.setAuthTag(bytes.subarray(end - TAG, end));
  try {
    const plain = decipher.update(bytes.subarray(number + length, end - TAG));
    decipher.final();
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
  } catch {
    return null; // the tag does not fit: other keys, or damage
  }
}
