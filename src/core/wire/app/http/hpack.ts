import { PrefixReader } from './prefix-reader.ts';

/** RFC 7541, appendix A: names with their values. */
const STATIC: readonly (readonly [string, string])[] = [
  ...([
    [':authority', ''],
    [':method', 'GET'],
    [':method', 'POST'],
    [':path', '/'],
    [':path', '/index.html'],
    [':scheme', 'http'],
    [':scheme', 'https'],
  ] as const),
  ...['200', '204', '206', '304', '400', '404', '500'].map((status) => [':status', status] as const),
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ...(
    'accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control ' +
    'content-disposition content-encoding content-language content-length content-location content-range ' +
    'content-type cookie date etag expect expires from host if-match if-modified-since if-none-match if-range ' +
    'if-unmodified-since last-modified link location max-forwards proxy-authenticate proxy-authorization range ' +
    'referer refresh retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary ' +
    'via www-authenticate'
  )
    .split(' ')
    .map((name) => [name, ''] as const),
];
/** What an entry costs beyond its text (RFC 7541, 4.1). */
const ENTRY_OVERHEAD = 32;
const DEFAULT_TABLE = 4096;
/** No table grows larger, whatever the peers agree on. */
const LARGEST_TABLE = 65_536;
const MOST_FIELDS = 1000;
const LONGEST_TEXT = 65_536;

/** Decodes the header blocks of one direction of an HTTP/2 connection, in their order (RFC 7541). */
export class HpackDecoder {
  /** Dynamic table, the newest entry last. */
  private readonly entries: (readonly [string, string])[] = [];
  private size = 0;
  private mostBytes = DEFAULT_TABLE;
  private readonly reader = new PrefixReader();

  /** Fields of the block in [start, end), the last of those with the same name; as far as they can be decoded. */
  decode(bytes: Uint8Array, start: number, end: number): Map<string, string> {
    const fields = new Map<string, string>();
    const { reader } = this;
    reader.begin(bytes, start, end);
    let text = 0;
    for (let count = 0; reader.at < end && count < MOST_FIELDS && text < LONGEST_TEXT; count++) {
      const field = this.field();
      if (reader.failed) break;
      if (field === null) continue;
      text += field[0].length + field[1].length;
      fields.set(field[0], field[1]);
    }
    return fields;
  }

  private field(): readonly [string, string] | null {
    const { reader } = this;
    const first = reader.bytes[reader.at]!;
    if ((first & 0x80) !== 0) return this.entry(reader.integer(7));
    if ((first & 0xe0) === 0x20) {
      this.mostBytes = Math.min(reader.integer(5), LARGEST_TABLE);
      this.evict(0);
      return null;
    }
    const indexed = (first & 0xc0) === 0x40;
    const index = reader.integer(indexed ? 6 : 4);
    const name = index === 0 ? reader.string() : this.entry(index)?.[0];
    const value = reader.string();
    if (reader.failed || name === undefined) return null;
    const field = [name, value] as const;
    if (indexed) this.insert(field);
    return field;
  }

  private entry(index: number): readonly [string, string] | null {
    const entry =
      index <= STATIC.length ? STATIC[index - 1] : this.entries[this.entries.length - index + STATIC.length];
    if (entry === undefined) this.reader.failed = true;
    return entry ?? null;
  }

  private insert(field: readonly [string, string]): void {
    const size = field[0].length + field[1].length + ENTRY_OVERHEAD;
    this.evict(size);
    if (size > this.mostBytes) return;
    this.entries.push(field);
    this.size += size;
  }

  private evict(room: number): void {
    while (this.entries.length > 0 && this.size + room > this.mostBytes) {
      const [name, value] = this.entries.shift()!;
      this.size -= name.length + value.length + ENTRY_OVERHEAD;
    }
  }
}
