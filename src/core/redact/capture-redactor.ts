import type { CaptureInterface } from '../capture/capture-reader.ts';
import { NO_OPTIONS } from '../capture/capture-reader.ts';
import { pcapngOptions } from '../capture/pcapng-options.ts';
import { FrameRedactor } from './frame-redactor.ts';
import type { Redaction } from './redaction.ts';

/** Options of a frame that tell nothing of who speaks: direction, drops, queue. */
const KEPT_OF_FRAMES = new Set([2, 4, 6]);
/** Of an interface: speeds, and the length of frame check sequences. */
const KEPT_OF_INTERFACES = new Set([8, 13, 16, 17]);

/** Redacts what a capture file holds: its frames, and what is said of them and of interfaces. */
export class CaptureRedactor {
  readonly frames: FrameRedactor;
  /** What was left out: comments and other options, frames that are no packets, blocks of keys and of names. */
  options = 0;
  records = 0;
  private readonly interfaces = new Map<CaptureInterface, CaptureInterface>();
  /** What the last frame came from, and what it is then. */
  private last: CaptureInterface | null = null;
  private lastMade: CaptureInterface | null = null;
  private kept = new Uint8Array(64);

  constructor(redaction: Redaction) {
    this.frames = new FrameRedactor(redaction);
  }

  /** The same interface under a number instead of its name. */
  interfaceOf(from: CaptureInterface, index: number): CaptureInterface {
    if (from === this.last && this.lastMade !== null) return this.lastMade;
    this.last = from;
    this.lastMade = this.interfaces.get(from) ?? this.make(from, index);
    return this.lastMade;
  }

  private make(from: CaptureInterface, index: number): CaptureInterface {
    const options = from.options ?? NO_OPTIONS;
    const left = options.length === 0 ? 0 : this.keep(options, KEPT_OF_INTERFACES);
    const name = from.name === null ? null : interfaceName(index);
    const made = { ...from, name, hasPcapRecords: false, options: this.kept.slice(0, left) };
    this.interfaces.set(from, made);
    return made;
  }

  /** What is left of the options of a frame; valid until the next call. */
  optionsOf(options: Uint8Array): Uint8Array {
    return options.length === 0 ? options : this.kept.subarray(0, this.keep(options, KEPT_OF_FRAMES));
  }

  /** Copies options to `kept`; how many bytes they have. */
  private keep(options: Uint8Array, codes: ReadonlySet<number>): number {
    if (this.kept.length < options.length + 4) this.kept = new Uint8Array(2 * options.length + 4);
    let to = 0;
    for (const { code, start, end } of pcapngOptions(options, 0, options.length, true)) {
      if (!codes.has(code)) {
        this.options++;
        continue;
      }
      const next = end + ((start - end) & 3);
      this.kept.set(options.subarray(start - 4, next), to);
      to += next - start + 4;
    }
    return to;
  }
}

/** What an interface is called instead of its name. */
export const interfaceName = (index: number): string => `interface-${index}`;
