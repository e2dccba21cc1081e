import { linkTypeName } from '../capture/link-types.ts';
import { formatTimestamp } from '../capture/timestamp.ts';
import { hexDump } from '../output/hex-dump.ts';
import { safeText } from '../output/safe-text.ts';
import { madeTwice, mayBeCut } from '../wire/cut-layer.ts';
import type { Faults } from '../wire/faults.ts';
import type { Packet } from '../wire/packet.ts';
import { LONGEST_TEXT, protocolOf } from '../wire/packet-text.ts';
import type { FieldWriter, Protocol } from '../wire/protocol.ts';

/** The most lines that are printed for one packet. */
const MOST_LINES = 2000;
/** The most bytes that are dumped of a reassembled message. */
export const MOST_DUMPED = 64 * 1024;
const STEP = '    ';

/**
 * The layers of a dissected packet and their contents, as lines that are safe to show. If a layer throws, that is noted
 * in `faults`. Comments are those stored with it, a line each.
 */
export function decodeText(packet: Packet, faults: Faults, comment: string | null = null): string {
  return decodeLines(packet, faults, comment)
    .map(({ depth, text }) => `${STEP.repeat(depth)}${text}\n`)
    .join('');
}

/** A line of what is in a packet. */
export interface DecodedLine {
  readonly depth: number;
  /** Safe to show. */
  readonly text: string;
  /** The index of the layer that it is about; -1 for the frame. */
  readonly layer: number;
}

/** The same, line by line. */
export function decodeLines(packet: Packet, faults: Faults, comment: string | null): readonly DecodedLine[] {
  const lines = new Lines();
  const captured = packet.frameEnd - packet.frameStart;
  lines.open(`Frame ${packet.number}: ${packet.length} bytes on the wire, ${captured} captured`);
  lines.field('Arrival Time', formatTimestamp(packet.seconds, packet.nanoseconds) ?? 'unknown');
  lines.field('Link Type', `${linkTypeName(packet.linkType)} (${packet.linkType})`);
  for (const one of comment?.split('\n') ?? []) lines.field('Comment', one);
  lines.closeAll();
  for (let layer = 0; layer < packet.layerCount; layer++) {
    const protocol = protocolOf(packet, layer);
    if (protocol === undefined) continue;
    lines.layer = layer;
    lines.open(`${protocol.about} (${protocol.name})${packet.layerQuoted[layer] === 0 ? '' : ', quoted'}`);
    try {
      if (mayBeCut(packet, layer)) fieldsThere(packet, layer, protocol, lines);
      else protocol.fields?.(packet, layer, lines);
    } catch (error) {
      faults.note(packet, error);
    }
    lines.closeAll();
  }
  lines.layer = -1;
  if (packet.truncated) lines.open('[Packet cut by the capture]');
  if (packet.malformed) lines.open('[Malformed Packet]');
  return lines.all;
}

/** Writes the fields of a layer that may be incomplete, up to the first missing one. */
function fieldsThere(packet: Packet, layer: number, { fields }: Protocol, out: FieldWriter): void {
  if (fields === undefined) return;
  const [one, other] = madeTwice(packet, layer, () => {
    const calls: Call[] = [];
    fields(packet, layer, {
      field: (name, value) => calls.push(['field', name, value]),
      open: (name, value) => calls.push(['open', name, value]),
      close: () => calls.push(['close']),
    });
    return calls;
  });
  for (const [index, [what, name, value]] of one.entries()) {
    const same = other[index];
    if (same === undefined || what !== same[0] || name !== same[1] || value !== same[2]) return;
    if (what === 'close') out.close();
    else if (what === 'open') out.open(name, value);
    else out.field(name, value);
  }
}

type Call =
  | readonly ['field', name: string, value: string | number | boolean]
  | readonly ['open', name: string, value: string | number | boolean | undefined]
  | readonly ['close', name?: undefined, value?: undefined];

/** The bytes of the frame, then those of each message or datagram that was reassembled from several packets. */
export function dumpText(packet: Packet): string {
  let text = hexDump(packet.frame, packet.frameStart, packet.frameEnd);
  let shown = packet.frame;
  for (let layer = 0; layer < packet.layerCount; layer++) {
    const bytes = packet.layerBytes[layer]!;
    if (bytes === packet.frame || bytes === shown) continue;
    shown = bytes;
    const start = packet.layerStart[layer]!;
    const length = packet.layerEnd[layer]! - start;
    if (length <= 0) continue;
    text += `\nReassembled (${length} bytes):\n${hexDump(bytes, start, start + Math.min(length, MOST_DUMPED))}`;
  }
  return text;
}

class Lines implements FieldWriter {
  readonly all: DecodedLine[] = [];
  layer = -1;
  private depth = 0;
  private lines = 0;

  field(name: string, value: string | number | boolean): void {
    this.line(`${name}: ${cut(value)}`);
  }

  open(name: string, value?: string | number | boolean): void {
    this.line(value === undefined ? name : `${name}: ${cut(value)}`);
    this.depth++;
  }

  close(): void {
    if (this.depth > 0) this.depth--;
  }

  closeAll(): void {
    this.depth = 0;
  }

  private line(text: string): void {
    if (this.lines++ > MOST_LINES) return;
    const shown = this.lines > MOST_LINES ? '…' : safeText(text);
    this.all.push({ depth: this.depth, text: shown, layer: this.layer });
  }
}

function cut(value: string | number | boolean): string {
  const text = String(value);
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
