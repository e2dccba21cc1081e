import { LONGEST_NAME } from '../wire/app/dns/dns-name.ts';
import { CONVERSATION_WORDS, type DnsKey, hasQuestion, KEY_WORDS, mayAnswer } from './dns-key.ts';

/** Queries that wait for their answers. */
const MOST_PENDING = 10_000;
/** Queries with one number that are compared with an answer whose question is not known: clients send two or three. */
const MOST_LOOKS = 32;
/** A power of two. */
const BUCKETS = 16_384;

/**
 * Queries by their key, each with a number that stands for its row. An answer finds its own by the whole key, or by the
 * conversation alone. Bounded: the oldest gives way. Entries are numbered from 1, and are columns: nothing is allocated for one.
 */
export class PendingQueries {
  private readonly rows = new Float64Array(MOST_PENDING + 1);
  private readonly words = new Int32Array((MOST_PENDING + 1) * KEY_WORDS);
  private readonly names = new Uint8Array((MOST_PENDING + 1) * LONGEST_NAME);
  private readonly nameLengths = new Uint8Array(MOST_PENDING + 1);
  private readonly hashes = new Int32Array(MOST_PENDING + 1);
  private readonly conversationHashes = new Int32Array(MOST_PENDING + 1);

  /** By the whole key: the first of each bucket, and the one behind each. What is not known of a question is in none. */
  private readonly byKey = new Int32Array(BUCKETS);
  private readonly nextByKey = new Int32Array(MOST_PENDING + 1);
  /** By conversation: the first sent and the last of each bucket, and their neighbours. */
  private readonly firsts = new Int32Array(BUCKETS);
  private readonly lasts = new Int32Array(BUCKETS);
  private readonly before = new Int32Array(MOST_PENDING + 1);
  private readonly after = new Int32Array(MOST_PENDING + 1);
  /** By age, with the oldest behind entry 0 and the newest before it. */
  private readonly newer = new Int32Array(MOST_PENDING + 1);
  private readonly older = new Int32Array(MOST_PENDING + 1);

  private size = 0;
  /** Entries that were used so far, and the first of those that are free again, which `newer` links. */
  private used = 0;
  private free = 0;

  /** The entry of the query with exactly this key; 0 for none. */
  find(key: DnsKey): number {
    if (!key.isWhole) return 0;
    let entry = this.byKey[key.hash & (BUCKETS - 1)]!;
    while (entry !== 0 && !(this.hashes[entry] === key.hash && this.isSame(entry, key))) entry = this.nextByKey[entry]!;
    return entry;
  }

  /**
   * The entry of the query that a response belongs to (RFC 5452, 9.1): the one with its question, or else, where one of the
   * two does not show the whole of its question, the first that may be meant. 0 when there is none.
   */
  findAsked(key: DnsKey): number {
    const found = this.find(key);
    return found === 0 ? this.firstLike(key) : found;
  }

  rowOf(entry: number): number {
    return this.rows[entry]!;
  }

  /** Whether another query can be added before the oldest is removed. */
  get isFull(): boolean {
    return this.size === MOST_PENDING;
  }

  get oldest(): number {
    return this.newer[0]!;
  }

  /** Adds a query, of which no other with its whole key may be there, where there is room. */
  add(key: DnsKey, row: number): void {
    const entry = this.freeEntry();
    this.rows[entry] = row;
    for (let word = 0; word < KEY_WORDS; word++) this.words[entry * KEY_WORDS + word] = key.words[word]!;
    for (let index = 0; index < key.nameLength; index++) this.names[entry * LONGEST_NAME + index] = key.name[index]!;
    this.nameLengths[entry] = key.nameLength;
    this.hashes[entry] = key.hash;
    this.conversationHashes[entry] = key.conversationHash;
    if (key.isWhole) {
      const bucket = key.hash & (BUCKETS - 1);
      this.nextByKey[entry] = this.byKey[bucket]!;
      this.byKey[bucket] = entry;
    }
    this.appendToConversation(entry, key.conversationHash & (BUCKETS - 1));
    const newest = this.older[0]!;
    this.older[entry] = newest;
    this.newer[newest] = entry;
    this.newer[entry] = 0;
    this.older[0] = entry;
    this.size++;
  }

  /** Takes out an entry; returns its row. */
  remove(entry: number): number {
    this.removeFromKeys(entry);
    this.removeFromConversation(entry);
    const older = this.older[entry]!;
    const newer = this.newer[entry]!;
    this.newer[older] = newer;
    this.older[newer] = older;
    this.newer[entry] = this.free;
    this.free = entry;
    this.size--;
    return this.rows[entry]!;
  }

  private freeEntry(): number {
    const entry = this.free;
    if (entry === 0) return ++this.used;
    this.free = this.newer[entry]!;
    return entry;
  }

  private firstLike(key: DnsKey): number {
    let entry = this.firsts[key.conversationHash & (BUCKETS - 1)]!;
    for (let looks = 0; entry !== 0 && looks < MOST_LOOKS; entry = this.after[entry]!) {
      if (this.conversationHashes[entry] !== key.conversationHash || !this.isOfConversation(entry, key)) continue;
      if (this.mayBeMeant(entry, key)) return entry;
      looks++;
    }
    return 0;
  }

  /** A response without a question answers any (RFC 1035, 7.3); a query without one is not answered by another question. */
  private mayBeMeant(entry: number, key: DnsKey): boolean {
    const at = entry * KEY_WORDS;
    if (!hasQuestion(key.words, 0)) return true;
    if (!hasQuestion(this.words, at) || !mayAnswer(key.words, this.words, at)) return false;
    return key.nameLength === 0 || this.nameLengths[entry] === 0 || this.hasName(entry, key);
  }

  private isSame(entry: number, key: DnsKey): boolean {
    const at = entry * KEY_WORDS;
    for (let word = CONVERSATION_WORDS; word < KEY_WORDS; word++) {
      if (this.words[at + word] !== key.words[word]) return false;
    }
    return this.isOfConversation(entry, key) && this.hasName(entry, key);
  }

  private isOfConversation(entry: number, { words }: DnsKey): boolean {
    const at = entry * KEY_WORDS;
    for (let word = 0; word < CONVERSATION_WORDS; word++) if (this.words[at + word] !== words[word]) return false;
    return true;
  }

  private hasName(entry: number, { name, nameLength }: DnsKey): boolean {
    if (this.nameLengths[entry] !== nameLength) return false;
    const at = entry * LONGEST_NAME;
    for (let index = 0; index < nameLength; index++) if (this.names[at + index] !== name[index]) return false;
    return true;
  }

  private removeFromKeys(entry: number): void {
    const bucket = this.hashes[entry]! & (BUCKETS - 1);
    const next = this.nextByKey[entry]!;
    this.nextByKey[entry] = 0;
    let one = this.byKey[bucket]!;
    if (one === entry) this.byKey[bucket] = next;
    while (one !== 0 && this.nextByKey[one] !== entry) one = this.nextByKey[one]!;
    if (one !== 0) this.nextByKey[one] = next;
  }

  private appendToConversation(entry: number, bucket: number): void {
    const last = this.lasts[bucket]!;
    this.before[entry] = last;
    this.after[entry] = 0;
    if (last === 0) this.firsts[bucket] = entry;
    else this.after[last] = entry;
    this.lasts[bucket] = entry;
  }

  private removeFromConversation(entry: number): void {
    const bucket = this.conversationHashes[entry]! & (BUCKETS - 1);
    const before = this.before[entry]!;
    const after = this.after[entry]!;
    if (before === 0) this.firsts[bucket] = after;
    else this.after[before] = after;
    if (after === 0) this.lasts[bucket] = before;
    else this.before[after] = before;
  }
}
