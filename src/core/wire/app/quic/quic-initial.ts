import { i32 } from '../../bytes.ts';
import { openAead } from '../aead.ts';
import { encryptBlock, expandKey, ROUND_KEY_WORDS } from '../aes-block.ts';
import { blankSchedule, STATE_WORDS } from '../sha256.ts';
import { HmacKey, labelSchedule, scheduleMessage } from './quic-hkdf.ts';
import type { QuicVersion } from './quic-version.ts';

const KEY = 16;
const IV = 12;
const TAG = 16;
const SAMPLE = 16;
/** Bytes from the packet number to the sample that protects the header (RFC 9001, 5.4.2). */
const TO_SAMPLE = 4;
/** Room for the header of a packet whose ids and token are not too long. */
const HEADER = 64;
const AES_128_GCM = { kind: 'gcm', cipher: 'aes-128-gcm', tagLength: TAG } as const;

const CLIENT_LABEL = labelSchedule('client in', 32);
const SERVER_LABEL = labelSchedule('server in', 32);

/** Connections whose keys are remembered: those whose packets come one after the other; a power of two. */
const MOST_RECENT = 64;

const code = new Int32Array(STATE_WORDS);
const ofId = blankSchedule();
const ofSide = new HmacKey();

/** Keys of one direction of Initial packets (RFC 9001, 5.1). */
class InitialKeys {
  readonly key = new Uint8Array(KEY);
  readonly iv = new Uint8Array(IV);
  /** What hides the header. */
  readonly roundKeys = new Int32Array(ROUND_KEY_WORDS);
  isMade = false;

  /** Those of the side whose secret is in `code`. */
  make({ key, iv, headerProtection }: QuicVersion['labels']): void {
    ofSide.set(code);
    ofSide.sign(key, code);
    writeWords(this.key, code);
    ofSide.sign(iv, code);
    writeWords(this.iv, code);
    ofSide.sign(headerProtection, code);
    expandKey(this.roundKeys, code);
    this.isMade = true;
  }
}

function writeWords(bytes: Uint8Array, words: Int32Array): void {
  for (let index = 0; index < bytes.length; index++) bytes[index] = words[index >> 2]! >> (24 - 8 * (index & 3));
}

/** What the keys of a connection are made of: the version, and the id the client chose first, a character a byte (RFC 9001, 5.2). */
class RecentKeys {
  private version: QuicVersion | null = null;
  private id = '';
  private readonly common = new HmacKey();
  private readonly client = new InitialKeys();
  private readonly server = new InitialKeys();

  of(version: QuicVersion, id: string, ofClient: boolean): InitialKeys {
    if (this.version !== version || this.id !== id) this.begin(version, id);
    const keys = ofClient ? this.client : this.server;
    if (!keys.isMade) {
      this.common.sign(ofClient ? CLIENT_LABEL : SERVER_LABEL, code);
      keys.make(version.labels);
    }
    return keys;
  }

  private begin(version: QuicVersion, id: string): void {
    this.version = version;
    this.id = id;
    this.client.isMade = this.server.isMade = false;
    scheduleMessage(ofId, id);
    version.salt.sign(ofId, code);
    this.common.set(code);
  }
}

const recent = Array.from({ length: MOST_RECENT }, () => new RecentKeys());

/**
 * The keys of one side of the connection that the client began with this destination id (latin1), until others are asked for.
 * The two or three packets that bring its hellos share them: made once, they take 3 µs less a packet.
 */
export function initialKeys(version: QuicVersion, id: string, ofClient: boolean): InitialKeys {
  return recent[placeOf(id)]!.of(version, id, ofClient);
}

function placeOf(id: string): number {
  let sum = id.length;
  for (let index = 0; index < id.length; index++) sum = (sum * 31 + id.charCodeAt(index)) | 0;
  return sum & (MOST_RECENT - 1);
}

const mask = new Int32Array(4);
const nonce = new Uint8Array(IV);
const shortHeader = new Uint8Array(HEADER);

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
  const sample = number + TO_SAMPLE;
  if (end < sample + SAMPLE) return null;
  for (let index = 0; index < mask.length; index++) mask[index] = i32(bytes, sample + 4 * index);
  encryptBlock(keys.roundKeys, mask);
  const first = bytes[start]! ^ ((mask[0]! >>> 24) & 0x0f);
  const length = (first & 3) + 1;
  const payload = number + length;
  if (end - payload < TAG) return null;
  const header = payload - start <= HEADER ? shortHeader.subarray(0, payload - start) : new Uint8Array(payload - start);
  for (let index = 0; index < header.length; index++) header[index] = bytes[start + index]!;
  header[0] = first;
  nonce.set(keys.iv);
  for (let index = 0; index < length; index++) {
    const at = number - start + index;
    header[at]! ^= index < 3 ? mask[0]! >> (16 - 8 * index) : mask[1]! >> 24;
    nonce[IV - length + index]! ^= header[at]!;
  }
  return openAead(AES_128_GCM, keys.key, nonce, header, bytes, payload, end);
}
