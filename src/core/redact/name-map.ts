import { createHmac } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const MOST_REMEMBERED = 16_384;
/** Labels that every network has. */
const KEPT = new Set(['arpa', 'in-addr', 'ip6', 'local', '_tcp', '_udp', '_services', '_dns-sd']);

/**
 * Other labels for the labels of host names, the same ones each time under a key, and of the same length: names that share
 * a suffix share it afterwards. Upper case counts as lower case. Different labels of one or two characters may become the same.
 */
export class NameMap {
  private readonly key: Uint8Array;
  private readonly known = new Map<string, Uint8Array>();

  constructor(key: Uint8Array) {
    this.key = key;
  }

  /** The bytes that stand for a label, which are as many. */
  label(label: string): Uint8Array {
    const lower = label.toLowerCase();
    const known = this.known.get(lower);
    if (known !== undefined) return known;
    const made = KEPT.has(lower) ? Buffer.from(lower, 'latin1') : this.make(lower);
    if (this.known.size >= MOST_REMEMBERED) this.known.clear();
    this.known.set(lower, made);
    return made;
  }

  /** `lower` has a character for each byte. */
  private make(lower: string): Uint8Array {
    const made = new Uint8Array(lower.length);
    let digest = Buffer.alloc(0);
    for (let index = 0; index < made.length; index++) {
      const within = index % 32;
      if (within === 0) {
        digest = createHmac('sha256', this.key).update(`${index}:`).update(lower, 'latin1').digest();
      }
      // a letter comes first: what was a name must not look like an address
      made[index] = LETTERS.charCodeAt(digest[within]! % (index === 0 ? 26 : 36));
    }
    return made;
  }
}
