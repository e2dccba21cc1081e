const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** How deep lists and objects are inside one another in the bytes of a JSON text, which come one part after the other. */
export class Nesting {
  deepest = 0;
  private depth = 0;
  private isText = false;
  private isEscaped = false;

  add(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.isEscaped) this.isEscaped = false;
      else if (this.isText && byte === BACKSLASH) this.isEscaped = true;
      else if (byte === QUOTE) this.isText = !this.isText;
      else if (!this.isText && (byte | 0x20) === 0x7b) this.deepest = Math.max(this.deepest, ++this.depth);
      else if (!this.isText && (byte | 0x20) === 0x7d) this.depth--;
    }
  }
}
