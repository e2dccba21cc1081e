import { PrefixReader } from '../http/prefix-reader.ts';

type Field = readonly [string, string];
const each = (name: string, ...values: readonly string[]): Field[] => values.map((value) => [name, value] as const);

/** RFC 9204, appendix A: names with their values, from 0. */
const STATIC: readonly Field[] = [
  ...each(':authority', ''),
  ...each(':path', '/'),
  ...each('age', '0'),
  ...each('content-disposition', ''),
  ...each('content-length', '0'),
  ...'cookie date etag if-modified-since if-none-match last-modified link location referer set-cookie'
    .split(' ')
    .flatMap((name) => each(name, '')),
  ...each(':method', 'CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'),
  ...each(':scheme', 'http', 'https'),
  ...each(':status', '103', '200', '304', '404', '503'),
  ...each('accept', '*/*', 'application/dns-message'),
  ...each('accept-encoding', 'gzip, deflate, br'),
  ...each('accept-ranges', 'bytes'),
  ...each('access-control-allow-headers', 'cache-control', 'content-type'),
  ...each('access-control-allow-origin', '*'),
  ...each('cache-control', 'max-age=0', 'max-age=2592000', 'max-age=604800', 'no-cache', 'no-store'),
  ...each('cache-control', 'public, max-age=31536000'),
  ...each('content-encoding', 'br', 'gzip'),
  ...each('content-type', 'application/dns-message', 'application/javascript', 'application/json'),
  ...each('content-type', 'application/x-www-form-urlencoded', 'image/gif', 'image/jpeg', 'image/png', 'text/css'),
  ...each('content-type', 'text/html; charset=utf-8', 'text/plain', 'text/plain;charset=utf-8'),
  ...each('range', 'bytes=0-'),
  ...each('strict-transport-security', 'max-age=31536000', 'max-age=31536000; includesubdomains'),
  ...each('strict-transport-security', 'max-age=31536000; includesubdomains; preload'),
  ...each('vary', 'accept-encoding', 'origin'),
  ...each('x-content-type-options', 'nosniff'),
  ...each('x-xss-protection', '1; mode=block'),
  ...each(':status', '100', '204', '206', '302', '400', '403', '421', '425', '500'),
  ...each('accept-language', ''),
  ...each('access-control-allow-credentials', 'FALSE', 'TRUE'),
  ...each('access-control-allow-headers', '*'),
  ...each('access-control-allow-methods', 'get', 'get, post, options', 'options'),
  ...each('access-control-expose-headers', 'content-length'),
  ...each('access-control-request-headers', 'content-type'),
  ...each('access-control-request-method', 'get', 'post'),
  ...each('alt-svc', 'clear'),
  ...each('authorization', ''),
  ...each('content-security-policy', "script-src 'none'; object-src 'none'; base-uri 'none'"),
  ...each('early-data', '1'),
  ...each('expect-ct', ''),
  ...each('forwarded', ''),
  ...each('if-range', ''),
  ...each('origin', ''),
  ...each('purpose', 'prefetch'),
  ...each('server', ''),
  ...each('timing-allow-origin', '*'),
  ...each('upgrade-insecure-requests', '1'),
  ...each('user-agent', ''),
  ...each('x-forwarded-for', ''),
  ...each('x-frame-options', 'deny', 'sameorigin'),
];
/** What an entry costs beyond its text (RFC 9204, 3.2.1). */
const ENTRY_OVERHEAD = 32;
/** No table grows larger, whatever the peers agree on. */
const LARGEST_TABLE = 65_536;
const MOST_FIELDS = 1000;
const LONGEST_TEXT = 65_536;
/** An instruction that is longer has an entry that fits into no table. */
const LONGEST_INSTRUCTION = LARGEST_TABLE + 16;

/** Decodes the field sections that one side of an HTTP/3 connection sends (RFC 9204). */
export class QpackDecoder {
  /** Dynamic table, the newest entry last, and how many entries came before those that are there. */
  private readonly entries: Field[] = [];
  private gone = 0;
  private size = 0;
  private capacity = 0;
  /** The most that its peer allowed; 0 while the settings that tell it were not seen, and what was set stands for it. */
  private largest = 0;
  /** Instructions could not be read: what refers to the dynamic table cannot be told any more. */
  private lost = false;
  private readonly reader = new PrefixReader();

  /** How many entries were ever inserted. */
  get inserted(): number {
    return this.gone + this.entries.length;
  }

  /** Its peer announced how large a table it is ready to keep (SETTINGS_QPACK_MAX_TABLE_CAPACITY). */
  allow(capacity: number): void {
    this.largest = capacity;
  }

  /** Takes instructions of the encoder stream in [start, end); how many bytes of them were whole. */
  instructions(bytes: Uint8Array, start: number, end: number): number {
    const { reader } = this;
    reader.begin(bytes, start, end);
    let done = start;
    while (!this.lost && reader.at < end) {
      this.instruction(bytes[reader.at]!);
      if (reader.failed) {
        if (end - done > LONGEST_INSTRUCTION) this.lost = true;
        break;
      }
      done = reader.at;
    }
    return this.lost ? end - start : done - start;
  }

  /** What the section in [start, end) needs in the table before it can be decoded; -1 for one that never can. */
  needs(bytes: Uint8Array, start: number, end: number): number {
    this.reader.begin(bytes, start, end);
    const encoded = this.reader.integer(8);
    if (this.reader.failed) return -1;
    return this.requiredInserts(encoded);
  }

  /** Fields of the section, the last of those with the same name; as far as they can be decoded. */
  decode(bytes: Uint8Array, start: number, end: number): Map<string, string> {
    const fields = new Map<string, string>();
    const { reader } = this;
    reader.begin(bytes, start, end);
    const required = this.requiredInserts(reader.integer(8));
    const isBehind = reader.at < end && (bytes[reader.at]! & 0x80) !== 0;
    const delta = reader.integer(7);
    const base = isBehind ? required - delta - 1 : required + delta;
    let text = 0;
    for (let count = 0; reader.at < end && count < MOST_FIELDS && text < LONGEST_TEXT; count++) {
      const field = this.field(bytes[reader.at]!, base);
      if (reader.failed || field === null) break;
      text += field[0].length + field[1].length;
      fields.set(field[0], field[1]);
    }
    return fields;
  }

  /** RFC 9204, 4.5.1.1. */
  private requiredInserts(encoded: number): number {
    if (encoded === 0) return 0;
    const mostEntries = Math.floor((this.largest > 0 ? this.largest : this.capacity) / ENTRY_OVERHEAD);
    if (this.lost || mostEntries === 0 || encoded > 2 * mostEntries) return -1;
    const mostValue = this.inserted + mostEntries;
    const range = 2 * mostEntries;
    const required = Math.floor(mostValue / range) * range + encoded - 1;
    return required > mostValue ? required - range : required;
  }

  /** RFC 9204, 4.5.2 to 4.5.6. */
  private field(first: number, base: number): Field | null {
    const { reader } = this;
    if ((first & 0x80) !== 0) {
      const index = reader.integer(6);
      return (first & 0x40) !== 0 ? this.fixed(index) : this.dynamic(base - 1 - index);
    }
    if ((first & 0xf0) === 0x10) return this.dynamic(base + reader.integer(4));
    let name: string | undefined;
    if ((first & 0x40) !== 0) {
      const index = reader.integer(4);
      name = ((first & 0x10) !== 0 ? this.fixed(index) : this.dynamic(base - 1 - index))?.[0];
    } else if ((first & 0x20) !== 0) name = reader.string(3);
    else name = this.dynamic(base + reader.integer(3))?.[0];
    if (name === undefined) return null;
    return [name, reader.string()];
  }

  /** RFC 9204, 4.3. */
  private instruction(first: number): void {
    const { reader } = this;
    if ((first & 0x80) !== 0) {
      const index = reader.integer(6);
      if (reader.failed) return;
      const name = (first & 0x40) !== 0 ? this.fixed(index) : this.dynamic(this.inserted - 1 - index);
      this.insert(name?.[0], reader.string());
    } else if ((first & 0x40) !== 0) {
      const name = reader.string(5);
      if (!reader.failed) this.insert(name, reader.string());
    } else if ((first & 0x20) !== 0) {
      const capacity = reader.integer(5);
      if (reader.failed) return;
      this.capacity = Math.min(capacity, LARGEST_TABLE);
      this.evict(0);
    } else {
      const index = reader.integer(5);
      if (reader.failed) return;
      const entry = this.dynamic(this.inserted - 1 - index);
      this.insert(entry?.[0], entry?.[1] ?? '');
    }
  }

  private insert(name: string | undefined, value: string): void {
    if (this.reader.failed) return; // the rest is still to come
    const size = (name?.length ?? 0) + value.length + ENTRY_OVERHEAD;
    if (name === undefined || size > this.capacity) {
      this.lost = true;
      return;
    }
    this.evict(size);
    this.entries.push([name, value]);
    this.size += size;
  }

  private evict(room: number): void {
    while (this.entries.length > 0 && this.size + room > this.capacity) {
      const [name, value] = this.entries.shift()!;
      this.size -= name.length + value.length + ENTRY_OVERHEAD;
      this.gone++;
    }
  }

  private fixed(index: number): Field | null {
    return STATIC[index] ?? null;
  }

  /** The entry that was inserted as this one, from 0. */
  private dynamic(absolute: number): Field | null {
    return this.entries[absolute - this.gone] ?? null;
  }
}
