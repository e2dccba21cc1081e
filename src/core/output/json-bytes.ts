import { type ByteText, constant } from '../net/byte-text.ts';
import { MAX_KEPT_LENGTH, MAX_KEPT_LITERALS } from './json.ts';
import { safeJsonString } from './safe-text.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const DELETE = 0x7f;
/** The arrow of summaries such as `443 → 51000`. */
const ARROW = 0x2192;

/** Writes a text as the JSON literal that `safeJsonString` makes of it. */
export function writeJsonString(out: ByteText, text: string): void {
  const { length } = text;
  out.reserve(length * 3 + 2);
  const { bytes } = out;
  let at = out.length;
  bytes[at++] = QUOTE;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code >= FIRST_PRINTABLE && code < DELETE) {
      if (code === QUOTE || code === BACKSLASH) bytes[at++] = BACKSLASH;
      bytes[at++] = code;
    } else if (code === ARROW) {
      bytes[at++] = 0xe2;
      bytes[at++] = 0x86;
      bytes[at++] = 0x92;
    } else {
      out.text(safeJsonString(text));
      return;
    }
  }
  bytes[at++] = QUOTE;
  out.length = at;
}

/** The literals of texts that come again and again: names of protocols, of interfaces and processes. */
export class JsonLiterals {
  private readonly kept = new Map<string, Uint8Array>();

  write(out: ByteText, text: string): void {
    const known = this.kept.get(text);
    if (known !== undefined) {
      out.constant(known);
      return;
    }
    writeJsonString(out, text);
    if (text.length <= MAX_KEPT_LENGTH && this.kept.size < MAX_KEPT_LITERALS) {
      this.kept.set(text, constant(safeJsonString(text)));
    }
  }
}
