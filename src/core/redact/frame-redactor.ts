import type { Faults } from '../wire/faults.ts';
import type { Packet } from '../wire/packet.ts';
import type { Redaction } from './redaction.ts';
import type { Walk } from './walk.ts';
import { ip } from './walk-ip.ts';
import { byEtherType, ethernet, knowsLink, walkLink } from './walk-links.ts';

/** Redacts frames one after the other; each is valid until the next. */
export class FrameRedactor implements Walk {
  readonly redaction: Redaction;
  bytes = Buffer.alloc(65_536);
  source: Uint8Array = this.bytes;
  shift = 0;
  isCut = false;
  isQuoted = false;
  depth = 0;
  /** How many frames lost what they ended with, and of how many the link type is not known. */
  cut = 0;
  emptied = 0;
  /** Records what threw; such a frame loses all that it held. */
  faults: Faults | null = null;

  constructor(redaction: Redaction) {
    this.redaction = redaction;
  }

  /**
   * Redacts the frame of a packet, and returns how many of its bytes are left, which are the first of `bytes`. The packet
   * itself stays as it is.
   */
  redact(packet: Packet): number {
    const { frame, frameStart, frameEnd, linkType } = packet;
    const length = frameEnd - frameStart;
    if (length > this.bytes.length) this.bytes = Buffer.alloc(2 * length);
    const { bytes } = this;
    bytes.set(frame.subarray(frameStart, frameEnd));
    this.source = frame;
    this.shift = frameStart;
    this.isCut = false;
    this.isQuoted = false;
    this.depth = 0;
    let kept: number;
    try {
      kept = walkLink(this, linkType, length);
    } catch (error) {
      this.faults?.note(packet, error);
      kept = 0;
      this.isCut = true;
    }
    if (!this.isCut) {
      // what follows all headers is padding, whatever it held
      bytes.fill(0, kept, length);
      return length;
    }
    this.cut++;
    if (!knowsLink(linkType)) this.emptied++;
    return kept;
  }

  ethernet(at: number, end: number): number {
    return ethernet(this, at, end);
  }

  byEtherType(type: number, at: number, end: number): number {
    return byEtherType(this, type, at, end);
  }

  ip(at: number, end: number): number {
    return ip(this, at, end);
  }
}
