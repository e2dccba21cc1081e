import { NO_OPTIONS } from './capture-reader.ts';
import { copyOptions, OF_PACKET, roomForOptions } from './pcapng-copied.ts';
import { pcapngOptions, textOf } from './pcapng-options.ts';

const COMMENT = 1;
const DROP_COUNT = 4;
/** As an option: code, length, value. */
const DROP_OPTION = 12;
/** Of one frame, in bytes; sixteen of the longest options. */
const LONGEST_OPTIONS = 1024 * 1024;
/** The drops of a frame that does not know them (draft-ietf-opsawg-pcapng, appendix A). */
export const DROPS_UNKNOWN = 0xffff;

/** Where the options of one frame lie, and what they are when somebody asks. */
export class FrameOptions {
  private start = 0;
  private end = 0;
  private drops = DROPS_UNKNOWN;
  private copied = new Uint8Array(0);

  /** `drops` of an obsolete packet block, where they are no option. */
  set(start: number, end: number, drops: number): void {
    this.start = start;
    this.end = Math.min(end, start + LONGEST_OPTIONS);
    this.drops = drops;
  }

  /** All comments, a line each; null without any. */
  comments(bytes: Uint8Array, little: boolean): string | null {
    if (this.end - this.start < 4) return null;
    let comments: string | null = null;
    for (const { code, start, end } of pcapngOptions(bytes, this.start, this.end, little)) {
      if (code !== COMMENT) continue;
      const one = textOf(bytes, start, end);
      comments = comments === null ? one : `${comments}\n${one}`;
    }
    return comments;
  }

  /** All that a copy may hold, in little-endian order; valid until the next call. */
  copy(bytes: Uint8Array, little: boolean): Uint8Array {
    const { start, end, drops } = this;
    if (end - start < 4 && drops === DROPS_UNKNOWN) return NO_OPTIONS;
    const room = roomForOptions(start, end) + DROP_OPTION;
    if (this.copied.length < room) this.copied = new Uint8Array(2 * room);
    const { copied } = this;
    let to = copyOptions(bytes, start, end, little, OF_PACKET, copied, 0);
    if (drops !== DROPS_UNKNOWN) {
      copied.set([DROP_COUNT, 0, 8, 0, drops & 0xff, drops >>> 8, 0, 0, 0, 0, 0, 0], to);
      to += DROP_OPTION;
    }
    return copied.subarray(0, to);
  }
}
