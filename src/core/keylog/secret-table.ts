import { randomFillSync } from 'node:crypto';

/** Bytes of a client's random, and the longest secret: of SHA-384, and the master secret. */
export const RANDOM = 32;
export const LONGEST_SECRET = 48;
/** Random, label (1), length of the secret (1), secret. */
const ENTRY = RANDOM + 2 + LONGEST_SECRET;
const LABEL = RANDOM;
const LENGTH = RANDOM + 1;
const SECRET = RANDOM + 2;
const ENTRIES_OF_PIECE = 4096;
const FIRST_HEADS = 1024;
/** Set in the length of a secret that was asked for. */
const ASKED = 0x80;
const NONE = -1;

/**
 * Secrets by label and client's random, 82 bytes each. When there are too many, the oldest go. Randoms come from strangers:
 * the hash has a secret of its own (multilinear, as endpoint-hash.ts explains).
 */
export class SecretTable {
  /** How many are kept, how many went because there were too many, and how many somebody asked for. */
  size = 0;
  dropped = 0;
  asked = 0;
  private readonly most: number;
  private readonly keys = new Int32Array(RANDOM / 2);
  private readonly pieces: Uint8Array[] = [];
  private nexts = new Int32Array(FIRST_HEADS);
  private heads = new Int32Array(FIRST_HEADS).fill(NONE);
  /** Where the next one goes, of `most` places. */
  private place = 0;

  constructor(most: number) {
    this.most = most;
    randomFillSync(this.keys);
  }

  /** Keeps a secret of 48 bytes at most; one that is there already is replaced. */
  set(label: number, random: Uint8Array, at: number, secret: Uint8Array, length: number): void {
    let entry = this.indexOf(label, random, at);
    if (entry === NONE) entry = this.add(label, random, at);
    const piece = this.pieceOf(entry);
    const start = startOf(entry);
    piece[start + LENGTH] = length | (piece[start + LENGTH]! & ASKED);
    for (let index = 0; index < length; index++) piece[start + SECRET + index] = secret[index]!;
  }

  /** A copy of the secret; null when there is none. */
  get(label: number, random: Uint8Array): Uint8Array | null {
    const entry = random.length === RANDOM ? this.indexOf(label, random, 0) : NONE;
    if (entry === NONE) return null;
    const piece = this.pieceOf(entry);
    const start = startOf(entry);
    const length = piece[start + LENGTH]! & ~ASKED;
    if (piece[start + LENGTH] === length) this.asked++;
    piece[start + LENGTH]! |= ASKED;
    return piece.slice(start + SECRET, start + SECRET + length);
  }

  private indexOf(label: number, random: Uint8Array, at: number): number {
    let entry = this.heads[this.hash(random, at) & (this.heads.length - 1)]!;
    for (; entry !== NONE; entry = this.nexts[entry]!) {
      const piece = this.pieceOf(entry);
      const start = startOf(entry);
      if (piece[start + LABEL] === label && isSame(piece, start, random, at)) return entry;
    }
    return NONE;
  }

  private add(label: number, random: Uint8Array, at: number): number {
    const entry = this.place;
    this.place = (entry + 1) % this.most;
    if (this.size === this.most) this.drop(entry);
    if (entry === this.pieces.length * ENTRIES_OF_PIECE) this.pieces.push(new Uint8Array(ENTRIES_OF_PIECE * ENTRY));
    this.size++;
    if (this.size > this.heads.length) this.grow();
    const piece = this.pieceOf(entry);
    const start = startOf(entry);
    for (let index = 0; index < RANDOM; index++) piece[start + index] = random[at + index]!;
    piece[start + LABEL] = label;
    piece[start + LENGTH] = 0;
    this.link(entry);
    return entry;
  }

  private drop(entry: number): void {
    this.dropped++;
    this.size--;
    const slot = this.hash(this.pieceOf(entry), startOf(entry)) & (this.heads.length - 1);
    if (this.heads[slot] === entry) {
      this.heads[slot] = this.nexts[entry]!;
      return;
    }
    let before = this.heads[slot]!;
    while (this.nexts[before] !== entry) before = this.nexts[before]!;
    this.nexts[before] = this.nexts[entry]!;
  }

  private grow(): void {
    const entries = this.size - 1;
    this.heads = new Int32Array(2 * this.heads.length).fill(NONE);
    this.nexts = new Int32Array(this.heads.length);
    for (let entry = 0; entry < entries; entry++) this.link(entry);
  }

  private link(entry: number): void {
    const slot = this.hash(this.pieceOf(entry), startOf(entry)) & (this.heads.length - 1);
    this.nexts[entry] = this.heads[slot]!;
    this.heads[slot] = entry;
  }

  private pieceOf(entry: number): Uint8Array {
    return this.pieces[Math.floor(entry / ENTRIES_OF_PIECE)]!;
  }

  private hash(random: Uint8Array, at: number): number {
    let sum = 0;
    for (let index = 0; index < RANDOM; index += 2) {
      sum = (sum + Math.imul(random[at + index]! | (random[at + index + 1]! << 8), this.keys[index >> 1]!)) | 0;
    }
    return sum ^ (sum >>> 16);
  }
}

const startOf = (entry: number): number => (entry % ENTRIES_OF_PIECE) * ENTRY;

function isSame(piece: Uint8Array, start: number, random: Uint8Array, at: number): boolean {
  for (let index = 0; index < RANDOM; index++) if (piece[start + index] !== random[at + index]) return false;
  return true;
}
