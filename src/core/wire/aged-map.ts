interface Entry<K, V> {
  readonly key: K;
  readonly value: V;
  older: Entry<K, V> | null;
  newer: Entry<K, V> | null;
}

/**
 * A map of limited size; when it is full, the entry that was added first gives way. Of a Map alone the first key is found
 * behind all that were deleted since it last shrank: at 65,535 keys that takes 20 µs and more for each that comes, which a flood
 * of new keys would cost. Here it takes as long whatever the size.
 *
 * Keys are texts, objects, or numbers of `keyedNumber`: V8 hashes the former two by secrets of the process, not numbers.
 */
export class AgedMap<K, V> {
  private readonly entries = new Map<K, Entry<K, V>>();
  private readonly most: number;
  private oldest: Entry<K, V> | null = null;
  private newest: Entry<K, V> | null = null;

  constructor(most: number) {
    this.most = most;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: K): V | undefined {
    return this.entries.get(key)?.value;
  }

  has(key: K): boolean {
    return this.entries.has(key);
  }

  /** Adds an entry as the newest, in place of one with the same key; returns the value that gave way, if one did. */
  add(key: K, value: V): V | undefined {
    this.delete(key);
    const given = this.entries.size >= this.most ? this.deleteOldest() : undefined;
    const entry: Entry<K, V> = { key, value, older: this.newest, newer: null };
    if (this.newest === null) this.oldest = entry;
    else this.newest.newer = entry;
    this.newest = entry;
    this.entries.set(key, entry);
    return given;
  }

  delete(key: K): boolean {
    const entry = this.entries.get(key);
    if (entry === undefined) return false;
    this.entries.delete(key);
    if (entry.older === null) this.oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === null) this.newest = entry.older;
    else entry.newer.older = entry.older;
    return true;
  }

  /** Takes out the oldest; returns its value, or undefined when there is none. */
  deleteOldest(): V | undefined {
    const { oldest } = this;
    if (oldest === null) return undefined;
    this.delete(oldest.key);
    return oldest.value;
  }

  /** The oldest first. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return entriesFrom(this.oldest);
  }
}

function* entriesFrom<K, V>(first: Entry<K, V> | null): IterableIterator<[K, V]> {
  for (let entry = first; entry !== null; entry = entry.newer) yield [entry.key, entry.value];
}
