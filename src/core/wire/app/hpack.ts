import { latin1 } from '../bytes.ts';
import { decodeHuffman } from './hpack-huffman.ts';

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
  private at = 0;
  private failed = false;

  /** Fields of the block in [start, end), the last of those with the same name; as far as they can be decoded. */
  decode(bytes: Uint8Array, start: number, end: number): Map<string, string> {
    const fields = new Map<string, string>();
    this.at = start;
    this.failed = false;
    let text = 0;
    for (let count = 0; this.at < end && count < MOST_FIELDS && text < LONGEST_TEXT; count++) {
      const field = this.field(bytes, end);
      if (this.failed) break;
      if (field === null) continue;
      text += field[0].length + field[1].length;
      fields.set(field[0], field[1]);
    }
    return fields;
  }

  private field(bytes: Uint8Array, end: number): readonly [string, string] | null {
    const first = bytes[this.at]!;
    if ((first & 0x80) !== 0) return this.entry(this.integer(bytes, end, 7));
    if ((first & 0xe0) === 0x20) {
      this.mostBytes = Math.min(this.integer(bytes, end, 5), LARGEST_TABLE);
      this.evict(0);
      return null;
    }
    const indexed = (first & 0xc0) === 0x40;
    const index = this.integer(bytes, end, indexed ? 6 : 4);
    const name = index === 0 ? this.string(bytes, end) : this.entry(index)?.[0];
    const value = this.string(bytes, end);
    if (this.failed || name === undefined) return null;
    const field = [name, value] as const;
    if (indexed) this.insert(field);
    return field;
  }

  private entry(index: number): readonly [string, string] | null {
    const entry =
      index <= STATIC.length ? STATIC[index - 1] : this.entries[this.entries.length - index + STATIC.length];
    if (entry === undefined) this.failed = true;
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

  /** An integer of `bits` bits in the first byte and more in those that follow (RFC 7541, 5.1). */
  private integer(bytes: Uint8Array, end: number, bits: number): number {
    const most = (1 << bits) - 1;
    if (this.at >= end) {
      this.failed = true;
      return 0;
    }
    let value = bytes[this.at++]! & most;
    if (value < most) return value;
    for (let shift = 0; shift < 28 && this.at < end; shift += 7) {
      const byte = bytes[this.at++]!;
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    this.failed = true;
    return 0;
  }

  private string(bytes: Uint8Array, end: number): string {
    const huffman = this.at < end && (bytes[this.at]! & 0x80) !== 0;
    const length = this.integer(bytes, end, 7);
    if (this.failed || length > end - this.at) {
      this.failed = true;
      return '';
    }
    const start = this.at;
    this.at += length;
    if (!huffman) return latin1(bytes, start, this.at);
    const text = decodeHuffman(bytes, start, this.at);
    if (text === null) this.failed = true;
    return text ?? '';
  }
}
