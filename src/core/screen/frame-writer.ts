/** DEC 2026: the terminal shows what stands between these at once. Those that do not know it ignore it. */
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';
const PLAIN = '\x1b[0m';
/** ED over the whole screen, without colour. */
const CLEAR = `${PLAIN}\x1b[2J`;
/**
 * EL from the beginning of a row. It comes before its text: behind a text as wide as the terminal, the cursor stands on the
 * last column still, and would clear that.
 */
const CLEAR_LINE = '\x1b[K';

/**
 * Turns frames into what a terminal must be sent: the rows that changed. A frame is one text for each row, no wider than the
 * terminal. The terminal shows the last frame, unless `forget` was called.
 */
export class FrameWriter {
  private shown: readonly string[] | null = null;
  private width = 0;
  private height = 0;

  /** The terminal no longer shows the last frame: it was left, or something else wrote to it. */
  forget(): void {
    this.shown = null;
  }

  /** The bytes that make the terminal show these lines; empty when it does. */
  update(lines: readonly string[], width: number, height: number): string {
    const isSame = this.shown !== null && width === this.width && height === this.height;
    const before = isSame ? this.shown! : [];
    let out = isSame ? '' : CLEAR;
    for (let row = 0; row < height; row++) {
      const text = lines[row] ?? '';
      if (text !== (before[row] ?? '')) out += `\x1b[${row + 1};1H${CLEAR_LINE}${text}${PLAIN}`;
    }
    this.shown = lines.slice(0, height);
    this.width = width;
    this.height = height;
    return out === '' ? '' : BEGIN + out + END;
  }
}
