import { hexDump } from '../output/hex-dump.ts';
import { dottedText } from '../output/safe-text.ts';
import { formatNumberOf } from '../output/units.ts';
import type { Direction } from '../wire/direction.ts';
import type { Piece } from './reassembly.ts';

/** A followed stream as readable text, piece by piece. */
export interface StreamText {
  /** The text of a piece, safe to show; it may end within a line. */
  add(piece: Piece): string;
  /** What is left at the end. */
  end(): string;
}

const ARROWS = ['→', '←'] as const;

/**
 * Lines of UTF-8 text after an arrow, → for A; unprintable characters become dots. A line that is split between two
 * pieces is continued.
 */
export class StreamLines implements StreamText {
  private readonly decoders = [new TextDecoder(), new TextDecoder()];
  private readonly held = ['', ''];
  private inLine = -1;

  add({ direction, missing, bytes, start, end }: Piece): string {
    let out = '';
    if (this.inLine >= 0 && (this.inLine !== direction || missing > 0)) out += this.end();
    if (missing > 0) out += missingLine(direction, missing);
    let text = this.held[direction]! + this.decoders[direction]!.decode(bytes.subarray(start, end), { stream: true });
    // a CR that ends the piece may belong to the line feed that begins the next one
    this.held[direction] = text.endsWith('\r') ? '\r' : '';
    if (text.endsWith('\r')) text = text.slice(0, -1);
    for (let at = 0; at < text.length; ) {
      if (this.inLine < 0) out += `${ARROWS[direction]} `;
      const feed = text.indexOf('\n', at);
      const line = text.slice(at, feed < 0 ? text.length : feed);
      out += dottedText(feed >= 0 && line.endsWith('\r') ? line.slice(0, -1) : line);
      this.inLine = feed < 0 ? direction : -1;
      if (feed < 0) break;
      out += '\n';
      at = feed + 1;
    }
    return out;
  }

  end(): string {
    if (this.inLine < 0) return '';
    this.inLine = -1;
    return '\n';
  }
}

/** Hex dumps after an arrow; offsets count from the start of the direction. */
export class StreamHex implements StreamText {
  add({ direction, missing, offset, bytes, start, end }: Piece): string {
    const dump = hexDump(bytes, start, end, offset, `${ARROWS[direction]} `);
    return missing > 0 ? missingLine(direction, missing) + dump : dump;
  }

  end(): string {
    return '';
  }
}

function missingLine(direction: Direction, missing: number): string {
  return `${ARROWS[direction]} [${formatNumberOf(missing, 'byte')} missing in the capture]\n`;
}
