import type { ByteSource } from '../../src/core/capture/byte-source.ts';
import type { CaptureReader } from '../../src/core/capture/capture-reader.ts';
import { openCaptureReader } from '../../src/core/capture/open-capture-reader.ts';
import { Packet } from '../../src/core/wire/packet.ts';

/** Captures made byte by byte, after draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng, and what a reader finds in one. */

const NOTHING = new Uint8Array(0);

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function u16(value: number, little: boolean): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value, little);
  return bytes;
}

/** 32-bit words in one byte order; negative ones in two's complement. */
export function words(little: boolean, ...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(4 * index, value, little);
  return bytes;
}

export const MICRO = 0xa1b2c3d4;
export const NANO = 0xa1b23c4d;
export const MODIFIED = 0xa1b2cd34;

export interface PcapFrame {
  readonly bytes: Uint8Array;
  readonly seconds?: number;
  /** In units of the file. */
  readonly fraction?: number;
  readonly captured?: number;
  readonly length?: number;
}

/** A pcap file. */
export function pcap(
  frames: readonly PcapFrame[],
  { magic = MICRO, little = true, linkType = 1, snapLength = 65_535 } = {},
): Uint8Array {
  const extra = magic === MODIFIED ? new Uint8Array(8) : NOTHING;
  const records = frames.map(({ bytes, seconds = 0, fraction = 0, captured = bytes.length, length = bytes.length }) =>
    join(words(little, seconds, fraction, captured, length), extra, bytes),
  );
  const header = [words(little, magic), u16(2, little), u16(4, little), words(little, 0, 0, snapLength, linkType)];
  return join(...header, ...records);
}

export interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const COMMENT = 1;

/** Blocks of a pcapng file, of one byte order. */
export class Blocks {
  private readonly little: boolean;

  constructor(little: boolean) {
    this.little = little;
  }

  /** Padded, with its length on both sides, which may be given as something else. */
  block(type: number, body: Uint8Array, first?: number, last?: number): Uint8Array {
    const padding = new Uint8Array(-body.length & 3);
    const length = 12 + body.length + padding.length;
    const { little } = this;
    return join(words(little, type, first ?? length), body, padding, words(little, last ?? first ?? length));
  }

  section({ magic = 0x1a2b3c4d, major = 1 } = {}): Uint8Array {
    const { little } = this;
    return this.block(
      0x0a0d0d0a,
      join(words(little, magic), u16(major, little), u16(0, little), words(little, -1, -1)),
    );
  }

  iface({ linkType = 1, snapLength = 0, options = [] as readonly Option[] } = {}): Uint8Array {
    const { little } = this;
    return this.block(1, join(u16(linkType, little), u16(0, little), words(little, snapLength), this.options(options)));
  }

  /** An enhanced packet block. */
  packet(
    bytes: Uint8Array,
    {
      iface = 0,
      high = 0,
      low = 0,
      captured = bytes.length,
      length = bytes.length,
      options = [] as readonly Option[],
    } = {},
  ): Uint8Array {
    const padding = new Uint8Array(-bytes.length & 3);
    const header = words(this.little, iface, high, low, captured, length);
    return this.block(6, join(header, bytes, padding, this.options(options)));
  }

  /** An obsolete packet block (draft, appendix A). */
  oldPacket(bytes: Uint8Array, { iface = 0, drops = 0, high = 0, low = 0 } = {}): Uint8Array {
    const { little } = this;
    const header = words(little, high, low, bytes.length, bytes.length);
    return this.block(2, join(u16(iface, little), u16(drops, little), header, bytes));
  }

  simplePacket(bytes: Uint8Array, length = bytes.length): Uint8Array {
    return this.block(3, join(words(this.little, length), bytes));
  }

  /** With an end; nothing for none. */
  options(options: readonly Option[]): Uint8Array {
    if (options.length === 0) return NOTHING;
    const { little } = this;
    const parts = options.flatMap(({ code, value }) => [
      u16(code, little),
      u16(value.length, little),
      value,
      new Uint8Array(-value.length & 3),
    ]);
    return join(...parts, words(little, 0));
  }
}

/** A source that hands out the pieces of `cuts` (places in `bytes`) one by one, and the rest at once. */
export function sourceOf(bytes: Uint8Array, cuts: readonly number[] = []): ByteSource {
  const ends = [...cuts, bytes.length];
  let at = 0;
  return {
    name: 'test.pcap',
    size: bytes.length,
    read(into, offset, length) {
      while (ends.length > 1 && ends[0]! <= at) ends.shift();
      const part = bytes.subarray(at, Math.min(ends[0]!, at + length));
      into.set(part, offset);
      at += part.length;
      return Promise.resolve(part.length);
    },
    close: () => Promise.resolve(),
  };
}

/** A frame as a reader set it, kept. */
export interface ReadFrame {
  readonly number: number;
  /** `seconds.nanoseconds`, null without. */
  readonly time: string | null;
  readonly bytes: string;
  readonly length: number;
  readonly iface: number;
  readonly linkType: number;
  readonly comment: string | null;
}

export interface ReadCapture {
  readonly reader: CaptureReader;
  readonly frames: readonly ReadFrame[];
  readonly problems: readonly string[];
}

/** Reads a capture to its end, in chunks small enough that a test may do it often. */
export async function readCapture(source: ByteSource | Uint8Array, chunk = 4096): Promise<ReadCapture> {
  const reader = await openCaptureReader(source instanceof Uint8Array ? sourceOf(source) : source, chunk);
  const packet = new Packet();
  const frames: ReadFrame[] = [];
  while (await reader.fill()) while (reader.next(packet)) frames.push(frameOf(packet, reader.comment));
  await reader.close();
  return { reader, frames, problems: reader.problems };
}

function frameOf(packet: Packet, comment: string | null): ReadFrame {
  const { number, seconds, nanoseconds, frame, frameStart, frameEnd, length, iface, linkType } = packet;
  return {
    number,
    time: Number.isNaN(seconds) ? null : `${seconds}.${String(nanoseconds).padStart(9, '0')}`,
    bytes: Buffer.from(frame.subarray(frameStart, frameEnd)).toString('hex'),
    length,
    iface,
    linkType,
    comment,
  };
}
