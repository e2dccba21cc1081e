import { latin1 } from '../../bytes.ts';
import type { Packet } from '../../packet.ts';
import type { FieldWriter } from '../../protocol.ts';
import { lineEnd, nextLine } from '../text-line.ts';

/** Longest text of one line that is shown, and how many of them. */
const LONGEST_LINE = 4096;
const MOST_LINES = 100;

/** The lines of a message up to the empty one, each as a field named after its header, for `capture -V`. */
export function writeHttpFields(packet: Packet, layer: number, out: FieldWriter): void {
  const bytes = packet.layerBytes[layer]!;
  const end = packet.layerEnd[layer]!;
  let at = packet.layerStart[layer]!;
  for (let lines = 0; at < end && lines < MOST_LINES; lines++) {
    const stop = lineEnd(bytes, at, end, false);
    const next = nextLine(bytes, stop, end);
    if (stop === at) {
      at = next;
      break;
    }
    const line = latin1(bytes, at, Math.min(stop, at + LONGEST_LINE));
    const colon = line.indexOf(':');
    if (lines === 0 && /^[\x20-\x7e]*$/.test(line)) out.field('Start line', line);
    else if (colon > 0 && lines > 0) out.field(line.slice(0, colon), line.slice(colon + 1).trim());
    else break;
    at = next;
  }
  if (at < end) out.field('Data', `${end - at} bytes`);
}
