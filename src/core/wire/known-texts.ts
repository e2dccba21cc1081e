/** Each at a place of its own, which the next one that belongs there takes. A power of two. */
const PLACES = 2048;
const LONGEST = 256;
const NOT_ASCII = 0x80;

/**
 * Texts of messages that come again and again, as the names of hosts and programs do: records that are kept share one string
 * of each. To know a text takes half the time of making it. Who makes them collide gains nothing but that they are made.
 */
export class KnownTexts {
  private readonly texts: string[] = new Array<string>(PLACES).fill('');

  /** The text in [start, end), which `decode` makes: UTF-8, Latin-1, or whatever has ASCII as it is. */
  read(
    bytes: Uint8Array,
    start: number,
    end: number,
    decode: (bytes: Uint8Array, start: number, end: number) => string,
  ): string {
    const length = end - start;
    if (length > LONGEST || length <= 0) return decode(bytes, start, end);
    let hash = length;
    let all = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      all |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193); // FNV-1a
    }
    if (all >= NOT_ASCII) return decode(bytes, start, end);
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const known = this.texts[place]!;
    if (isTextOf(known, bytes, start, length)) return known;
    const text = decode(bytes, start, end);
    this.texts[place] = text;
    return text;
  }
}

function isTextOf(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}
